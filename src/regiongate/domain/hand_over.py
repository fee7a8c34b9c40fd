"""Hand-over: providers in region, and the organizations that agreed to be served by one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from regiongate.domain.region import country_of

RULE = "hand-over:"
"""How the rule of a hand-over begins; the provider's name follows, and the rule of the place."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider that serves regions which the policy's own API does not.

    A region is a country (ISO 3166-1) with all its parts, or a part (ISO 3166-2). Where it is
    found, and by which credential, is the gateway's setting and none of the policy's.
    """

    name: str
    regions: frozenset[str]

    def serves(self, region: str) -> bool:
        """Whether it serves a country or a part of one."""
        return region in self.regions or country_of(region) in self.regions


@dataclass(frozen=True, slots=True)
class Agreement:
    """An organization that agreed to be served by a provider: to which, why, by whose word.

    `expires` (UTC) is None for an agreement without an end.
    """

    organization: str
    provider: str
    reason: str
    approver: str
    expires: datetime | None


def handed_to(rule: str) -> str | None:
    """The provider of a hand-over, by the rule of its decision."""
    if not rule.startswith(RULE):
        return None
    return rule.removeprefix(RULE).partition(" ")[0]
