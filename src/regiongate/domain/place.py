"""Where an address is: the votes of the sources, and what stands above them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from regiongate.domain.policy import NetworkRule, Policy
from regiongate.domain.region import country_of, is_subdivision


@dataclass(frozen=True, slots=True)
class Place:
    """What all addresses with the same answers have in common.

    `votes` holds one region or None for each source of the policy, in the policy's order.
    `special` is the kind of a special-purpose block ("loopback", "documentation", …) and `group`
    its group (`private` or `special`). `rules` are the policy's own rules for the network, the
    most specific first.
    """

    votes: tuple[str | None, ...]
    special: str | None = None
    group: str | None = None
    rules: tuple[NetworkRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Located:
    """Where a place counts as being: `agreeing` sources say so, and too few make it disputed.

    `region` is an ISO 3166-1 or 3166-2 code, None when no source knows the address.
    """

    region: str | None
    supported: bool
    rule: str
    agreeing: int
    disputed: bool

    @property
    def country(self) -> str | None:
        """The ISO 3166-1 code."""
        return None if self.region is None else country_of(self.region)

    @property
    def subdivision(self) -> str | None:
        """The ISO 3166-2 code, where the sources say one."""
        return self.region if self.region is not None and is_subdivision(self.region) else None


def locate(policy: Policy, place: Place, at: datetime) -> Located:
    """Where a place counts as being under a policy at an instant.

    A correction in the policy speaks alone. A special-purpose block has no region, whatever a
    source says of it. Otherwise each source votes for a region, the votes
    are counted by what the list says of the region (supported or not), and at least
    `location.agree` sources must be on one side: a database that says Germany and another that
    says Austria do not disagree on anything that matters. The region named is the most voted on
    the side that won; equal votes go to the source that the policy names first.
    """
    for rule in place.rules:
        if rule.region is not None and rule.holds(at):
            supported, said = policy.supported.supports(rule.region, at)
            return Located(rule.region, supported, f"network:{rule.network} {said}", 1, False)
    votes = [vote for vote in place.votes if vote is not None]
    if place.group is not None:
        return Located(None, False, f"location:{place.group}", 0, False)
    if not votes:
        return Located(None, False, "location:unknown", 0, False)
    sides = {vote: policy.supported.supports(vote, at) for vote in votes}
    tally = Counter(sides[vote][0] for vote in votes)
    side, agreeing = max(tally.items(), key=lambda item: item[1])
    disputed = agreeing < policy.location.agree
    region = most_voted(votes if disputed else (v for v in votes if sides[v][0] is side))
    supported, said = sides[region]
    return Located(region, supported, said, agreeing, disputed)


def most_voted(votes: Iterable[str]) -> str:
    """The region with most votes; equal votes go to the one named first. Needs at least one."""
    return Counter(votes).most_common(1)[0][0]
