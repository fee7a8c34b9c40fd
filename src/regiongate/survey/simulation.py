"""What a simulation finds: which verdicts change between two policies, for whom, and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC
from enum import StrEnum
from typing import Any

from regiongate.domain.survey import Judging


class Change(StrEnum):
    """What happens to an organization, of which at least one request gets another verdict.

    An organization is restricted when one of its requests, by its own standing and at the instant
    of judging, is not allowed. It becomes restricted, is released, or was restricted and stays so,
    in another way. Who is affected is another question: what would happen with the measure fully
    in force, whatever the standing.
    """

    BECOMES_RESTRICTED = "becomes restricted"
    RELEASED = "released"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Move:
    """Requests that get one verdict before and one after, perhaps the same."""

    before: str
    after: str
    requests: int
    organizations: int


@dataclass(frozen=True, slots=True)
class Cause:
    """Requests whose verdict changes, by where they are seen and by which rule, on both sides."""

    region_before: str | None
    region_after: str | None
    rule_before: str
    rule_after: str
    before: str
    after: str
    requests: int
    organizations: int


@dataclass(frozen=True, slots=True)
class OrganizationChange:
    """One organization of which requests get another verdict.

    `restricted_before` and `restricted_after` count those that are not allowed on each side,
    `changed` those whose verdict changes.
    """

    id: str
    change: Change
    requests: int
    restricted_before: int
    restricted_after: int
    changed: int


@dataclass(frozen=True, slots=True)
class Simulation:
    """Two policies over the same traffic.

    `organizations` and `uses` (an organization's key in a network) count all that were seen;
    `changed` holds the organizations with changes, the one with most first.
    """

    before: Judging
    after: Judging
    moves: tuple[Move, ...]
    causes: tuple[Cause, ...]
    organizations: int
    uses: int
    uses_changed: int
    changed: tuple[OrganizationChange, ...]

    @property
    def requests(self) -> int:
        """All requests."""
        return sum(move.requests for move in self.moves)

    @property
    def requests_changed(self) -> int:
        """The requests that get another verdict."""
        return sum(move.requests for move in self.moves if move.before != move.after)

    def count(self, change: Change) -> int:
        """How many organizations change in one way."""
        return sum(one.change is change for one in self.changed)

    @property
    def unchanged(self) -> int:
        """The organizations that get for every request what they got."""
        return self.organizations - len(self.changed)


def record(found: Simulation) -> dict[str, Any]:
    """The simulation as JSON has it under the key `simulation`."""
    counts = Counter(one.change for one in found.changed)
    return {
        "before": _judging(found.before),
        "after": _judging(found.after),
        "requests": {"all": found.requests, "changed": found.requests_changed},
        "organizations": {
            "all": found.organizations,
            "become_restricted": counts[Change.BECOMES_RESTRICTED],
            "released": counts[Change.RELEASED],
            "changed": counts[Change.CHANGED],
            "unchanged": found.unchanged,
        },
        "uses": {"all": found.uses, "changed": found.uses_changed},
        "verdicts": [asdict(move) for move in found.moves],
        "causes": [asdict(cause) for cause in found.causes],
        "changed": [asdict(one) for one in found.changed],
    }


def _judging(one: Judging) -> dict[str, Any]:
    return {
        "policy": {"name": one.policy, "version": one.version, "list": one.list},
        "at": one.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "because": one.because,
    }
