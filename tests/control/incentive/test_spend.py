"""Spends: what expires first goes first, no more than there is, each once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from regiongate.control.incentive.expire import expire
from regiongate.control.incentive.spend import NotEnough
from regiongate.domain.errors import CannotRun
from regiongate.store.database import Database
from tests.support.access import said
from tests.support.appeals import AT, DAY
from tests.support.incentives import OFFERS, claimed, code, grants, spent, vendor


def _left(database: Database, account: str = "acme") -> dict[tuple[str, str | None], int]:
    return {(grant.offer, grant.model): grant.left for grant in grants(database, account)}


def _stocked(database: Database) -> None:
    vendor(database)
    for number, offer in enumerate(OFFERS.each):
        claimed(database, code(number, offer.name))


def test_what_expires_first_goes_first(database: Database) -> None:
    """Of two that end together the one for a single model; what has no end comes last."""
    _stocked(database)
    spent(database, 11, "1")
    assert _left(database) == {
        ("short", None): 0,
        ("mixed", "large"): 7,
        ("mixed", None): 2,
        ("endless", None): 5,
    }
    spent(database, 8, "2", "large")
    assert _left(database) == {
        ("short", None): 0,
        ("mixed", "large"): 0,
        ("mixed", None): 1,
        ("endless", None): 5,
    }
    assert [detail["spend"] for _, _, detail in said(database, "ledger:spent")] == ["1", "2"]


def test_never_more_than_there_is(database: Database) -> None:
    """Too much is refused whole; tokens of one model and those that are over do not count."""
    _stocked(database)
    with pytest.raises(NotEnough, match="has 18 tokens for any model"):
        spent(database, 19, "1")
    with pytest.raises(NotEnough, match="has 25 tokens for large"):
        spent(database, 26, "1", "large")
    with pytest.raises(NotEnough, match="has 8 tokens"):
        spent(database, 9, "1", at=AT + 2 * DAY)
    assert sum(_left(database).values()) == 25
    assert said(database, "ledger:spent") == []


def test_a_spend_is_done_once(database: Database) -> None:
    """The same id again changes nothing; with other numbers it is refused."""
    _stocked(database)
    assert [spent(database, 4, "1").new for _ in range(2)] == [True, False]
    assert sum(_left(database).values()) == 21
    with pytest.raises(CannotRun, match="was one of 4 tokens"):
        spent(database, 5, "1")
    with pytest.raises(CannotRun, match="has claimed none"):
        spent(database, 1, "1", account="nobody")


def test_many_at_once_never_spend_more(database: Database) -> None:
    """Sixteen threads that want three of ten tokens each: three get them, one is left."""
    vendor(database)
    claimed(database, code(1))

    def attempt(number: int) -> bool:
        try:
            return spent(database, 3, str(number)).new
        except NotEnough:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(16))) == 3
    assert _left(database) == {("short", None): 1}


def test_the_same_spend_at_once_is_one(database: Database) -> None:
    """Threads that say the same spend do it once between them."""
    vendor(database)
    claimed(database, code(1))
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _: spent(database, 3, "same").new, range(8))) == 1
    assert _left(database) == {("short", None): 7}


def test_what_is_over_lapses_once(database: Database) -> None:
    """At its end what is left of a grant goes, also where turns meet; the trail tells of it."""
    _stocked(database)

    def turn(_: int) -> int:
        with database.writing() as connection:
            return len(expire(connection, "ann", AT + 2 * DAY))

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(turn, range(4))) == 1
    assert _left(database)["short", None] == 0
    [(_, _, detail)] = said(database, "ledger:lapsed")
    assert [one["tokens"] for one in detail["grants"]] == [10]


class _Account(RuleBasedStateMachine):
    """One account, beside a list of what it should have."""

    database: Database
    made = 0

    def __init__(self) -> None:
        super().__init__()
        _Account.made += 1
        self.account = f"account-{_Account.made}"
        self.day, self.count = 0, 0
        self.model: list[dict[str, Any]] = []

    def _id(self) -> int:
        self.count += 1
        return _Account.made * 1000 + self.count

    @rule(offer=st.sampled_from(OFFERS.each))
    def claims(self, offer: Any) -> None:
        """A code brings all its parts."""
        at = AT + self.day * DAY
        claimed(self.database, code(self._id(), offer.name), self.account, at)
        for grant in offer.incentive.grants:
            days = offer.incentive.lasts.days if offer.incentive.lasts else 10**6
            entry = {"ends": self.day + days, "for": grant.model, "left": grant.tokens}
            self.model.append(entry)

    @rule(tokens=st.integers(1, 25), model=st.sampled_from([None, "large", "small"]))
    def spends(self, tokens: int, model: str | None) -> None:
        """It succeeds when there is enough, token by token from what ends first."""
        good = [g for g in self.model if g["ends"] > self.day and g["for"] in (None, model)]
        good.sort(key=lambda g: (g["ends"], g["for"] is None))
        try:
            spent(
                self.database,
                tokens,
                str(self._id()),
                model,
                account=self.account,
                at=AT + self.day * DAY,
            )
        except CannotRun:
            assert sum(g["left"] for g in good) < tokens
            return
        for _ in range(tokens):
            next(g for g in good if g["left"])["left"] -= 1

    @rule(lapses=st.booleans())
    def a_day_goes_by(self, lapses: bool) -> None:
        """What is over lapses when somebody takes the turn."""
        self.day += 1
        if lapses:
            with self.database.writing() as connection:
                expire(connection, "ann", AT + self.day * DAY)
            for grant in self.model:
                grant["left"] = 0 if grant["ends"] <= self.day else grant["left"]

    @invariant()
    def the_ledger_is_the_list(self) -> None:
        """What is left of everything, by its end and its model."""
        found = sorted((g.model or "", g.left) for g in grants(self.database, self.account))
        assert found == sorted((g["for"] or "", g["left"]) for g in self.model)


def test_the_ledger_is_like_a_plain_list(database: Database) -> None:
    """Whatever is claimed, spent and let lapse in whatever order, a simple list says the same."""
    vendor(database)
    _Account.database = database
    run_state_machine_as_test(
        _Account,
        settings=settings(
            max_examples=8,
            stateful_step_count=12,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
