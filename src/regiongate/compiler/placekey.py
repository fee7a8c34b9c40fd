"""Place keys: a short name for each way in which a policy judges a place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from regiongate.domain.instant import instant_text
from regiongate.domain.judge import timeline
from regiongate.domain.network_rule import NetworkRule
from regiongate.domain.organization import ORDINARY, Standing, State
from regiongate.domain.place import Place, counted_votes
from regiongate.domain.policy import Policy

_Signature = tuple[object, ...]


def place_key(policy: Policy, place: Place) -> str:
    """How a place is judged through all dates of a policy, as a short readable text.

    Only what depends on the place is in it: class and rule, and the instants at which they change,
    and the same for whoever agreed to be served by a provider that serves it.
    """
    usual = _judged(policy, place, ORDINARY)
    others = (
        _judged(policy, place, Standing(State.ORDINARY, None, one.name)) for one in policy.providers
    )
    return " / ".join([usual, *(judged for judged in others if judged != usual)])


def _judged(policy: Policy, place: Place, standing: Standing) -> str:
    said: list[str] = []
    parts: list[str] = []
    for row in timeline(policy, place, standing):
        judged = f"{row.decision.place_class} {row.decision.rule}"
        if said and said[-1] == judged:
            continue
        said.append(judged)
        parts.append(judged if row.since is None else f"{instant_text(row.since)} {judged}")
    return " > ".join(parts)


def place_keys(policy: Policy, places: Sequence[Place]) -> tuple[str, ...]:
    """The key of each place.

    Tens of thousands of places differ only in regions that the list treats alike, so each way
    of treating is judged once.
    """
    treated = _Treatment(policy)
    known: dict[_Signature, str] = {}
    keys = []
    for place in places:
        signature = treated.signature(place)
        if signature not in known:
            known[signature] = place_key(policy, place)
        keys.append(known[signature])
    return tuple(keys)


class _Treatment:
    """What the list says of a region through all its dates, region by region."""

    def __init__(self, policy: Policy) -> None:
        before = datetime.min.replace(tzinfo=UTC)
        self._policy = policy
        self._instants = (before, *policy.change_instants())
        self._said: dict[str, _Signature] = {}

    def signature(self, place: Place) -> _Signature:
        """Equal for places that are judged alike at every instant.

        Each vote stands for how its region is treated, and for which of the votes are the same
        region: the judge counts equal votes and lets the first of the most voted speak. Where a
        vote stands says which source it is of, and so when it is too old.
        """
        counted = counted_votes(self._policy.location, place.votes)
        votes = [
            None if vote is None else (self._treatment(vote), counted.index(vote))
            for vote in counted
        ]
        rules = tuple(self._rule(rule) for rule in place.rules)
        return (tuple(votes), place.group, place.special, rules, place.evading)

    def _rule(self, rule: NetworkRule) -> _Signature:
        """The rows of a geofeed are many; those whose regions are treated alike are one."""
        region = None if rule.region is None else self._treatment(rule.region)
        return (rule.said_by, region, rule.verdict, rule.anonymizer, rule.expires)

    def _treatment(self, region: str) -> _Signature:
        if region not in self._said:
            supports = self._policy.supported.supports
            served = tuple(one.name for one in self._policy.providers if one.serves(region))
            self._said[region] = (*(supports(region, at) for at in self._instants), served)
        return self._said[region]
