"""What another policy would mean for the traffic that was seen: requests and organizations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from regiongate.domain.policy import Policy
from regiongate.geo.source import SourceTable
from regiongate.store.affected import Affections
from regiongate.survey.screen import Screen

_LOOK_BACK = timedelta(days=30)
_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Side:
    """Organizations and requests from unsupported regions, under one policy."""

    organizations: int
    requests: int


@dataclass(frozen=True, slots=True)
class Traffic:
    """The sightings since a day under both policies.

    `affected` and `released` are ids of organizations that become affected and cease to be, those
    with most requests first and at most fifty of each; the counts are of all.
    """

    since: datetime
    before: Side
    after: Side
    affected: tuple[str, ...]
    affected_count: int
    released: tuple[str, ...]
    released_count: int


def traffic(
    connection: sa.Connection,
    before: Policy,
    after: Policy,
    tables: Mapping[str, SourceTable],
    at: datetime,
) -> Traffic:
    """Judges the sightings that count for notices a second time; `tables` are by name."""
    rules = after.cases or before.cases
    since = at - (_LOOK_BACK if rules is None else rules.look_back)
    old = _unsupported(connection, before, tables, since, at)
    new = _unsupported(connection, after, tables, since, at)
    affected, released = _most(new, old), _most(old, new)
    return Traffic(
        since=since,
        before=Side(len(old), sum(old.values())),
        after=Side(len(new), sum(new.values())),
        affected=tuple(affected[:_SHOWN]),
        affected_count=len(affected),
        released=tuple(released[:_SHOWN]),
        released_count=len(released),
    )


def _unsupported(
    connection: sa.Connection,
    policy: Policy,
    tables: Mapping[str, SourceTable],
    since: datetime,
    at: datetime,
) -> dict[str, int]:
    """The requests from unsupported regions of each organization that has some."""
    screen = Screen(policy, [tables[name] for name in policy.location.sources], at)
    asked = Affections(connection, since.astimezone(UTC).date())
    screened = screen.screen(asked.pairs())
    rows = asked.all(screened.pairs, screened.regions)
    return {one.organization: one.unsupported for one in rows if one.unsupported}


def _most(some: Mapping[str, int], others: Mapping[str, int]) -> list[str]:
    """Those that are in one and not in the other, with most requests first."""
    only = [(-count, name) for name, count in some.items() if name not in others]
    return [name for _, name in sorted(only)]
