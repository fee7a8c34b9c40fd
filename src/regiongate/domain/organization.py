"""What the provider has decided about an organization, as far as a single request must know it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from regiongate.domain.hand_over import Agreement
from regiongate.domain.instant import instant_text
from regiongate.domain.policy import Policy, PolicyExemption
from regiongate.domain.ruling import Ruling, RulingKind

ID_PATTERN = r"[!-+\--~]{1,256}"
"""What an id may be made of: it travels in a header and is compared there as a whole, so printable
ASCII without space, and without comma, with which proxies join repeated headers."""


class State(StrEnum):
    """The state of an organization."""

    ORDINARY = "ordinary"
    EXEMPT = "exempt"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True)
class Standing:
    """What all organizations with the same state and the same end of it have in common.

    After `until` (UTC, None for no end) an organization is ordinary again. `handed_to` is the
    provider by which it agreed to be served, until `handed_until`.
    """

    state: State
    until: datetime | None = None
    handed_to: str | None = None
    handed_until: datetime | None = None

    def __post_init__(self) -> None:
        """An end is written in tables as a whole second in UTC, so it must be one."""
        for end in (self.until, self.handed_until):
            if end is not None and (end.utcoffset() != timedelta(0) or end.microsecond):
                message = f"a standing ends at a whole second in UTC, not at {end.isoformat()}"
                raise ValueError(message)

    def state_at(self, at: datetime) -> State:
        """The state at an instant."""
        return self.state if self.until is None or at < self.until else State.ORDINARY

    def handed_to_at(self, at: datetime) -> str | None:
        """The provider by which it agreed to be served, while that holds."""
        over = self.handed_until is not None and self.handed_until <= at
        return None if over else self.handed_to

    @property
    def name(self) -> str:
        """A name that tells standings apart in a table.

        Such as `exempt`, `exempt until 2025-…Z`, `ordinary hand-over acme until 2025-…Z`.
        """
        handed = "" if self.handed_to is None else f" hand-over {self.handed_to}"
        return f"{self.state.value}{_until(self.until)}{handed}{_until(self.handed_until)}"


def _until(end: datetime | None) -> str:
    return "" if end is None else f" until {instant_text(end)}"


ORDINARY = Standing(State.ORDINARY)


@dataclass(frozen=True, slots=True)
class Organization:
    """One row of the organization table: its id, its standing, and the digests of its API keys.

    `keys` are SHA-256 digests, 32 bytes each. A key itself is never stored anywhere.
    """

    id: str
    standing: Standing = ORDINARY
    keys: tuple[bytes, ...] = ()


def standings(rows: Mapping[str, Organization], policy: Policy) -> dict[str, Organization]:
    """Those of the organizations, by id and sorted, whose standing rulings in cases or the policy's
    own exemptions and agreements change; also those that are not among the rows.

    Whoever says it, a suspension stands above an exemption, and of two that say the same the
    longer one counts.
    """
    ruled = (
        (ruling.organization, Standing(_STATES[ruling.kind], ruling.told_until))
        for ruling in policy.rulings
        if ruling.organization is not None
    )
    found = _changed(rows, (*ruled, *_granted(policy.exemptions)))
    return dict(sorted(_agreed(rows, found, policy.agreements).items()))


def under(rows: Iterable[Organization], policy: Policy) -> tuple[Organization, ...]:
    """The organizations, sorted by id, with the exemptions and agreements of the policy itself.

    A suspended organization stays suspended: an exemption speaks of regions, not of accounts. Of
    two exemptions the longer one counts.
    """
    known = {row.id: row for row in rows}
    found = known | _changed(known, _granted(policy.exemptions))
    found |= _agreed(known, found, policy.agreements)
    return tuple(found[name] for name in sorted(found))


def of_keys(
    owners: Mapping[bytes, Organization], rulings: Iterable[Ruling]
) -> dict[bytes, Standing]:
    """The standing of each key that has one of its own, by the key's digest.

    `owners` has the organization of a key, its standing settled. What an organization has already,
    its keys have too; a key of a suspended one gains nothing.
    """
    found: dict[bytes, Standing] = {}
    for ruling in rulings:
        if ruling.key is not None:
            owner = owners.get(ruling.key)
            known = found.get(ruling.key, ORDINARY if owner is None else owner.standing)
            exempt = replace(known, state=State.EXEMPT, until=ruling.told_until)
            if _stands_above(exempt, known):
                found[ruling.key] = exempt
    return found


_STATES = {RulingKind.SUSPENSION: State.SUSPENDED, RulingKind.EXEMPTION: State.EXEMPT}
_ORDER = (State.ORDINARY, State.EXEMPT, State.SUSPENDED)


def _agreed(
    rows: Mapping[str, Organization],
    found: Mapping[str, Organization],
    agreements: Iterable[Agreement],
) -> dict[str, Organization]:
    """What was found, with the agreements beside whatever else an organization's standing is."""
    said = dict(found)
    for one in agreements:
        known = said.get(one.organization) or rows.get(one.organization)
        row = known or Organization(one.organization)
        agreed = replace(row.standing, handed_to=one.provider, handed_until=one.expires)
        said[one.organization] = replace(row, standing=agreed)
    return said


def _granted(exemptions: Iterable[PolicyExemption]) -> Iterator[tuple[str, Standing]]:
    return ((one.organization, Standing(State.EXEMPT, one.expires)) for one in exemptions)


def _changed(
    rows: Mapping[str, Organization], said: Iterable[tuple[str, Standing]]
) -> dict[str, Organization]:
    found: dict[str, Organization] = {}
    for name, standing in said:
        known = found.get(name) or rows.get(name) or Organization(name)
        if _stands_above(standing, known.standing):
            found[name] = replace(known, standing=standing)
    return dict(sorted(found.items()))


def _stands_above(new: Standing, known: Standing) -> bool:
    """Whether a standing counts where another is known: the harder state, or the later end."""
    if new.state is not known.state:
        return _ORDER.index(new.state) > _ORDER.index(known.state)
    return known.until is not None and (new.until is None or known.until < new.until)
