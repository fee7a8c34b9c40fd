"""How a policy has addresses located, and what happens where nobody can say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from regiongate.domain.verdict import Verdict


@dataclass(frozen=True, slots=True)
class LocationRules:
    """Which sources say where an address is, how many must agree, and the rules for the rest.

    `unknown`, `private`, `special` and `disputed` are verdicts (allow, warn, block): the hardest
    form that the measure's phase then allows. `stale` is what a place gets at most when fewer than
    `agree` of the sources on which its region rests are within their maximum age. `anonymizers`
    maps a kind (`tor`, `vpn`, `proxy`, `hosting`) to a verdict; a kind that is absent has no rule
    of its own. `subdivisions` is the source that speaks for parts of countries, None when each
    vote counts as it is. `facts` are the sources of facts other than the region. `stale_from`
    says for each source from which instant (UTC) on it is too old, None for never; it is empty
    until the policy has met its sources.
    """

    sources: tuple[str, ...]
    agree: int
    unknown: Verdict
    private: Verdict
    special: Verdict
    disputed: Verdict
    stale: Verdict
    anonymizers: Mapping[str, Verdict]
    subdivisions: str | None = None
    facts: tuple[str, ...] = ()
    stale_from: tuple[datetime | None, ...] = ()

    def too_old(self, at: datetime) -> dict[int, datetime]:
        """The sources past their maximum age at an instant, by position, each with since when."""
        dated = enumerate(self.stale_from)
        return {row: since for row, since in dated if since is not None and since <= at}

    def stale_instants(self) -> set[datetime]:
        """The instants at which the age of a source may change a verdict."""
        if self.stale is Verdict.BLOCK:
            return set()
        return {since for since in self.stale_from if since is not None}
