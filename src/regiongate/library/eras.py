"""Time cut at the policy's dates: within an era every question has one answer for good."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from math import inf

from regiongate.domain.policy import Policy
from regiongate.library.answer import Answer
from regiongate.library.table import Group, Table

Place = tuple[str, str | None, str | None]
"""What the verdict database says of a network: place key, country, region."""


class Era:
    """The time from `since` until `until` (seconds since 1970, end excluded), and its answers.

    A list of answers has one for each place of the database, and behind them the one for an
    address that the database does not hold, which -1 finds.
    """

    __slots__ = ("_answers", "_places", "_policy", "_table", "ordinary", "since", "until")

    def __init__(
        self, bounds: tuple[float, float], table: Table, places: Sequence[Place], policy: Policy
    ) -> None:
        self.since, self.until = bounds
        self._table = table
        self._places = places
        self._policy = policy
        self._answers: dict[Group, list[Answer]] = {}
        self.ordinary = self.answers(table.ordinary)

    def answers(self, group: Group) -> list[Answer]:
        """What a group gets at each place. Written down at the first question."""
        found = self._answers.get(group)
        if found is None:
            # Two threads may do this at once, and both do the same.
            found = self._answers[group] = self._write_down(group)
        return found

    def _write_down(self, group: Group) -> list[Answer]:
        at = datetime.min.replace(tzinfo=UTC)
        if self.since != -inf:
            at = datetime.fromtimestamp(self.since, UTC)
        nowhere: Place = (self._table.unknown, None, None)
        return [self._answer(group, place, at) for place in (*self._places, nowhere)]

    def _answer(self, group: Group, place: Place, at: datetime) -> Answer:
        key, country, region = place
        row = self._table.row(group, key, at)
        return Answer(
            verdict=row.decision.verdict,
            rule=row.decision.rule,
            place_class=row.decision.place_class,
            country=country,
            region=region,
            would=row.decision.would,
            since=row.since,
            next=row.next,
            policy_name=self._policy.name,
            policy_version=self._policy.version,
            generation=self._table.generation,
        )


class Eras:
    """All eras of a bundle, each made at the first question about it."""

    def __init__(self, table: Table, places: Sequence[Place], policy: Policy) -> None:
        self._instants = [instant.timestamp() for instant in table.instants()]
        self._bounds = list(pairwise([-inf, *self._instants, inf]))
        self._eras: list[Era | None] = [None] * len(self._bounds)
        self._what = table, places, policy

    def at(self, seconds: float) -> Era:
        """The era that holds an instant, in seconds since 1970."""
        number = bisect_right(self._instants, seconds)
        era = self._eras[number]
        if era is None:
            era = self._eras[number] = Era(self._bounds[number], *self._what)
        return era
