"""Where an address is: the votes of the sources, and what stands above them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from regiongate.domain.location_rules import LocationRules
from regiongate.domain.network_rule import NetworkRule
from regiongate.domain.policy import Policy
from regiongate.domain.region import country_of, is_subdivision

RELAY = "relay"
"""A private relay: it hides who a client is and keeps the country, so it evades no region rule."""


@dataclass(frozen=True, slots=True)
class Place:
    """What all addresses with the same answers have in common.

    `votes` holds one region or None for each source of the policy, in the policy's order.
    `special` is the kind of a special-purpose block ("loopback", "documentation", …) and `group`
    its group (`private` or `special`). `rules` are the policy's own rules for the network, the
    most specific first. `anonymizers` are the kinds that the policy's sources of facts state of
    the address, sorted.
    """

    votes: tuple[str | None, ...]
    special: str | None = None
    group: str | None = None
    rules: tuple[NetworkRule, ...] = ()
    anonymizers: tuple[str, ...] = ()

    @property
    def evading(self) -> tuple[str, ...]:
        """The kinds that count: where an address is a private relay, no other does."""
        return () if RELAY in self.anonymizers else self.anonymizers


@dataclass(frozen=True, slots=True)
class Located:
    """Where a place counts as being: `agreeing` sources say so, and too few make it disputed.

    `region` is an ISO 3166-1 or 3166-2 code, None when no source knows the address. `rests_on`
    holds the positions of the sources that put it there: those on the side that won, and where
    none did all that vote. `correction` is the policy's own word where that decides.
    """

    region: str | None
    supported: bool
    rule: str
    agreeing: int
    disputed: bool
    rests_on: tuple[int, ...] = ()
    correction: NetworkRule | None = None

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
    rule = _correction(place.rules, at)
    if rule is not None and rule.region is not None:
        supported, said = policy.supported.supports(rule.region, at)
        return Located(rule.region, supported, f"{rule.said_by} {said}", 1, False, correction=rule)
    if place.group is not None:
        return Located(None, False, f"location:{place.group}", 0, False)
    counted = counted_votes(policy.location, place.votes)
    votes = {source: vote for source, vote in enumerate(counted) if vote is not None}
    if not votes:
        return Located(None, False, "location:unknown", 0, False)
    sides = {vote: policy.supported.supports(vote, at) for vote in votes.values()}
    chosen = [sides[vote][0] for vote in votes.values()]
    side = max(
        dict.fromkeys(chosen), key=chosen.count
    )  # Of a few votes; a Counter takes far longer.
    agreeing = chosen.count(side)
    disputed = agreeing < policy.location.agree
    rests_on = tuple([s for s, vote in votes.items() if disputed or sides[vote][0] is side])
    region = most_voted([votes[source] for source in rests_on])
    supported, said = sides[region]
    return Located(region, supported, said, agreeing, disputed, rests_on)


def _correction(rules: Iterable[NetworkRule], at: datetime) -> NetworkRule | None:
    """The most specific correction that holds, among what no geofeed leaves out of itself."""
    left_out: set[str | None] = set()
    for rule in rules:
        if not rule.holds(at):
            continue
        if rule.leaves_out is not None:
            left_out.add(rule.leaves_out)
        elif rule.region is not None and (rule.feed is None or rule.feed not in left_out):
            return rule
    return None


def counted_votes(rules: LocationRules, votes: tuple[str | None, ...]) -> tuple[str | None, ...]:
    """The votes as they count where one source speaks for the parts of countries.

    Another source's part counts as its country; and where the speaker names a part of that very
    country, as that part: they agree on the country, and only the speaker knows the part.
    """
    if rules.subdivisions is None or not votes:
        return votes
    speaker = rules.sources.index(rules.subdivisions)
    said = votes[speaker]
    part = said if said is not None and is_subdivision(said) else None
    return tuple(
        vote if vote is None or source == speaker else _counts_as(vote, part)
        for source, vote in enumerate(votes)
    )


def _counts_as(vote: str, part: str | None) -> str:
    country = country_of(vote)
    return part if part is not None and country_of(part) == country else country


def most_voted(votes: Sequence[str]) -> str:
    """The region with most votes; equal votes go to the one named first. Needs at least one."""
    return max(dict.fromkeys(votes), key=votes.count)
