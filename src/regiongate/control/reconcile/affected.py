"""Which organizations the sightings show as affected now: new cases, and cases that are over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from regiongate.control.grant.exempt import BY_DATE
from regiongate.control.notices.desk import Desk, Told
from regiongate.control.notices.loud import all_quiet, be_loud
from regiongate.domain.case import Case, CaseState, Step
from regiongate.domain.notice import Event, Release, ReleaseCause
from regiongate.domain.role import SYSTEM
from regiongate.store.affected import Affected, Affections
from regiongate.store.case_tables import CASE
from regiongate.store.cases import Cases, Seen
from regiongate.store.notices import Notices
from regiongate.survey.screen import Pair, Screen

_REASONS = {
    ReleaseCause.LIST_CHANGED: "the regions of its traffic are on the list now",
    ReleaseCause.SOURCES_CHANGED: "the sources see its traffic in supported regions now",
    ReleaseCause.TRAFFIC_ENDED: "no traffic from unsupported regions any more",
}
_RELEASE_IT = f"{_REASONS[ReleaseCause.TRAFFIC_ENDED]}: release it?"
_BY_A_PERSON = (CaseState.SUSPENSION_PROPOSED, CaseState.SUSPENDED)
"""That traffic ended says little of an account that is refused: a person looks at it."""


@dataclass(frozen=True, slots=True)
class Rescreened:
    """The cases that were opened and those that were released.

    `told` counts the notices of release, `loud` the cases that a person must look at; `places` are
    the networks, with the region that was seen, that are unsupported now.
    """

    found: tuple[Case, ...]
    released: tuple[Case, ...]
    told: int
    loud: int
    places: frozenset[Pair]


def rescreen(
    connection: sa.Connection,
    screen: Screen,
    exempt: frozenset[str],
    desk: Desk,
    at: datetime,
) -> Rescreened:
    """Judge all sightings that still count, open new cases, and release those that are over.

    An organization of `exempt` gets no new case. The policy of `screen` has rules for cases.
    """
    cases = Cases(connection)
    found, places = _affected(connection, screen, at)
    is_open = CASE.c.state != CaseState.RELEASED.value
    known = {case.organization: case for case in cases.where(is_open)}
    new = [
        _seen(one)
        for one in found.values()
        if one.unsupported and one.organization not in known and one.organization not in exempt
    ]
    opened = cases.find(new, at, SYSTEM, "traffic from unsupported regions in the sightings")
    cases.see({case.number: _seen(found[name]) for name, case in known.items() if name in found})
    over = [case for name, case in known.items() if _is_over(found.get(name))]
    goes_on = [case.number for name, case in known.items() if not _is_over(found.get(name))]
    all_quiet(connection, goes_on, (_RELEASE_IT,))
    released, loud = _release(connection, over, found, at)
    Notices(connection).cancel(
        [case.number for case in released], BY_DATE, at, SYSTEM, "the organization is released"
    )
    told = _tell(connection, desk, released, found, at)
    return Rescreened(tuple(opened), tuple(released), told, loud, places)


def _affected(
    connection: sa.Connection, screen: Screen, at: datetime
) -> tuple[dict[str, Affected], frozenset[Pair]]:
    rules = screen.policy.cases
    if rules is None:
        raise ValueError(f"the policy {screen.policy.name} has no rules for cases")
    asked = Affections(connection, (at - rules.look_back).astimezone(UTC).date())
    screened = screen.screen(asked.pairs())
    rows = asked.all(screened.pairs, screened.regions)
    return {one.organization: one for one in rows}, screened.pairs


def _is_over(one: Affected | None) -> bool:
    return one is None or one.unsupported == 0


def _release(
    connection: sa.Connection, over: Iterable[Case], found: Mapping[str, Affected], at: datetime
) -> tuple[list[Case], int]:
    cases = Cases(connection)
    by_cause: dict[ReleaseCause, list[Case]] = {}
    loud = 0
    for case in over:
        cause = _cause(found.get(case.organization))
        if cause is not ReleaseCause.TRAFFIC_ENDED or case.state not in (
            *_BY_A_PERSON,
            CaseState.EXEMPT,
        ):
            by_cause.setdefault(cause, []).append(case)
        elif case.state in _BY_A_PERSON:
            be_loud(connection, case.number, _RELEASE_IT, at, SYSTEM)
            loud += 1
    released = [
        case
        for cause, some in by_cause.items()
        for case in cases.take_all(
            some, Step.RELEASE, at, SYSTEM, _REASONS[cause], detail={"cause": cause.value}
        )
    ]
    for case in released:
        if case.loud is not None:
            cases.be_loud(case.number, None)
    return released, loud


def _tell(
    connection: sa.Connection,
    desk: Desk,
    released: Iterable[Case],
    found: Mapping[str, Affected],
    at: datetime,
) -> int:
    """Those who were told of the measure, and so took more than two steps, are told of this too."""
    told = 0
    for cause in ReleaseCause:
        some = [
            case
            for case in released
            if case.steps > 2 and _cause(found.get(case.organization)) is cause
        ]
        if some:
            what = Told(Event.RELEASED, release=Release(cause, at))
            told += len(desk.write(connection, some, what, at))
    return told


def _cause(one: Affected | None) -> ReleaseCause:
    """Why an organization is not affected any more."""
    if one is None or one.kept == 0:
        return ReleaseCause.TRAFFIC_ENDED
    return ReleaseCause.SOURCES_CHANGED if one.listed else ReleaseCause.LIST_CHANGED


def _seen(one: Affected) -> Seen:
    return Seen(one.organization, one.requests, one.unsupported, one.first, one.last)
