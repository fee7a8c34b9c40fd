"""What the policy says of one place and standing through time, asked of the judge date by date."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from regiongate.domain.judge import judge
from regiongate.domain.organization import Standing, State
from regiongate.domain.place import Place
from regiongate.domain.policy import Policy
from regiongate.domain.verdict import Decision, PlaceClass, Verdict

EVER = datetime.min.replace(tzinfo=UTC)
"""Stands for every instant before the first date."""

Outcome = tuple[Verdict, str, PlaceClass, Verdict]


@dataclass(frozen=True, slots=True)
class Expected:
    """What a request must get at an instant, since when, and what verdict comes next, and when."""

    decision: Decision
    since: datetime | None
    next: tuple[Verdict, datetime] | None


class History:
    """The decisions for one place, standing and path."""

    def __init__(
        self, policy: Policy, place: Place, standing: Standing, path: str | None = None
    ) -> None:
        self._about = (policy, place, standing, path)
        dates = {*policy.change_instants(), standing.until, standing.handed_until}
        self.instants = [EVER, *sorted(date for date in dates if date is not None)]
        self.decisions = [self._judge(at) for at in self.instants]

    def at(self, at: datetime) -> Expected:
        """What holds at an instant. The judge is asked at that very instant too."""
        here = bisect_right(self.instants, at) - 1
        decision = self._judge(at)
        if outcome(decision) != outcome(self.decisions[here]):
            raise AssertionError(f"the judge changes its mind at {at} without a date")
        since = here
        while since and outcome(self.decisions[since - 1]) == outcome(decision):
            since -= 1
        coming = zip(self.instants[here + 1 :], self.decisions[here + 1 :], strict=True)
        return Expected(
            decision=decision,
            since=self.instants[since] if since else None,
            next=next(
                ((d.verdict, i) for i, d in coming if d.verdict is not decision.verdict), None
            ),
        )

    def _judge(self, at: datetime) -> Decision:
        policy, place, standing, path = self._about
        return judge(policy, place, standing, at, path)

    def key(self) -> str:
        """How the place is judged through all dates, in the words of the database."""
        policy, place, _, _ = self._about
        ways = [self._words()]
        for provider in policy.providers:
            handed = History(policy, place, Standing(State.ORDINARY, handed_to=provider.name))
            ways.append(handed._words())
        return " / ".join([ways[0], *(way for way in ways[1:] if way != ways[0])])

    def _words(self) -> str:
        said = [f"{d.place_class} {d.rule}" for d in self.decisions]
        later = zip(self.instants[1:], pairwise(said), strict=True)
        changes = [f"{i:%Y-%m-%dT%H:%M:%SZ} {now}" for i, (was, now) in later if was != now]
        return " > ".join([said[0], *changes])


def outcome(decision: Decision) -> Outcome:
    """A decision without its reason, which names one place where a leaf speaks for many."""
    return decision.verdict, decision.rule, decision.place_class, decision.would
