"""What the provider has decided about an organization, as far as a single request must know it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from regiongate.domain.policy import Exemption

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

    After `until` (UTC, None for no end) an organization is ordinary again.
    """

    state: State
    until: datetime | None = None

    def __post_init__(self) -> None:
        """An end is written in tables as a whole second in UTC, so it must be one."""
        end = self.until
        if end is not None and (end.utcoffset() != timedelta(0) or end.microsecond):
            raise ValueError(f"a standing ends at a whole second in UTC, not at {end.isoformat()}")

    def state_at(self, at: datetime) -> State:
        """The state at an instant."""
        return self.state if self.until is None or at < self.until else State.ORDINARY

    @property
    def name(self) -> str:
        """A name that tells standings apart in a table: `exempt`, `exempt until 2025-…Z`."""
        if self.until is None:
            return self.state.value
        return f"{self.state.value} until {self.until:%Y-%m-%dT%H:%M:%SZ}"


ORDINARY = Standing(State.ORDINARY)


@dataclass(frozen=True, slots=True)
class Organization:
    """One row of the organization table: its id, its standing, and the digests of its API keys.

    `keys` are SHA-256 digests, 32 bytes each. A key itself is never stored anywhere.
    """

    id: str
    standing: Standing = ORDINARY
    keys: tuple[bytes, ...] = ()


def with_exemptions(
    rows: Iterable[Organization], exemptions: Iterable[Exemption]
) -> tuple[Organization, ...]:
    """The organizations, sorted by id, with the exemptions that the policy itself grants.

    A suspended organization stays suspended: an exemption speaks of regions, not of accounts. Of
    two exemptions the longer one counts.
    """
    found = {row.id: row for row in rows}
    for exemption in exemptions:
        known = found.get(exemption.organization, Organization(exemption.organization))
        exempt = Standing(State.EXEMPT, exemption.expires)
        if known.standing.state is State.ORDINARY or _is_shorter(known.standing, exempt):
            found[known.id] = replace(known, standing=exempt)
    return tuple(found[name] for name in sorted(found))


def _is_shorter(known: Standing, exempt: Standing) -> bool:
    """Whether an organization is exempt already, but not for as long."""
    if known.state is not State.EXEMPT or known.until is None:
        return False
    return exempt.until is None or known.until < exempt.until
