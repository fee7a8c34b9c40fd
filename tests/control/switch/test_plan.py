"""The plan of one organization: what is known, what is reckoned, and what is said to be unknown."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from regiongate.control.switch.plan import Asked, Counterpart, Plan, Served, alternatives, plan
from regiongate.control.switch.used import Examples, Told
from regiongate.domain.demand import OTHER, Demand
from regiongate.domain.errors import CannotRun
from regiongate.domain.offer import Condition, Feature, Kind, Offers, TokenKind
from regiongate.domain.sighting import Sighting
from regiongate.domain.switch_cost import Range
from regiongate.store.cases import Cases, Seen
from regiongate.store.database import Database
from regiongate.store.demands import Demands
from regiongate.store.sightings import Sightings
from tests.support.demands import demand, demands
from tests.support.offers import ONE, offer, offers
from tests.support.sightings import sighting, table
from tests.support.surveys import example

AT = datetime(2026, 6, 20, 12, tzinfo=UTC)
POLICY = example()


def _day(number: int, month: int = 6, **facts: object) -> Sighting:
    at = datetime(2026, month, number, 12, tzinfo=UTC)
    return sighting(**({"region": "CN", "day": at.date(), "first": at, "last": at} | facts))


def _plan(
    folder: Path,
    found: Iterable[Sighting],
    known: Offers | None = None,
    told: Told | None = None,
    *,
    asked: Iterable[Demand] = (),
    case: bool = False,
) -> Plan:
    with closing(Database.open(f"sqlite:///{folder}/regiongate.db")) as database:
        with database.writing() as connection:
            Sightings(connection).add(table(found))
            Demands(connection).add(demands(asked))
            if case:
                seen = Seen("acme", 3, 2, AT, AT)
                Cases(connection).find([seen], AT, "system", "A test.")
        with database.reading() as connection:
            return plan(connection, "acme", known or offers(), POLICY, AT, told=told)


def test_alternatives_stand_and_serve_the_region() -> None:
    """Of all offers only those are given; history never is."""
    known = offers(ONE, offer(name="over", kind=Kind.HISTORY), offer(name="west", regions=("FR",)))
    assert alternatives(known, "CN", AT) == [ONE]
    assert alternatives(known, "UA-43", AT) == []
    assert alternatives(known, "CN", AT - timedelta(days=365)) == []


def test_usage_is_that_of_the_look_back(tmp_path: Path) -> None:
    """Older sightings do not count; a month is reckoned from the days since the first that does."""
    found = [_day(11, tokens=10_000_000), _day(20, tokens=None, network="192.0.3.0/24")]
    used = _plan(tmp_path, [*found, _day(1, month=4)]).used
    assert (used.days, used.requests, used.counted, used.tokens) == (10, 6, 3, 10_000_000)
    assert used.regions == (("CN", 6),)
    assert used.monthly is not None
    assert used.monthly.total == Fraction(10_000_000 * 365, 10 * 12)


def test_a_region_that_is_supported_by_now_is_not_left(tmp_path: Path) -> None:
    """The policy of the instant decides, not what was so when the sightings were kept."""
    assert _plan(tmp_path, [_day(11, region="FR")]).alternatives == ()


def test_costs_are_exact_for_what_the_organization_says(tmp_path: Path) -> None:
    """One, three and twelve months, before and after the incentive, for each model by itself."""
    told = Told(tokens={TokenKind.INPUT: 1_000_000, TokenKind.OUTPUT: 500_000})
    [found] = _plan(tmp_path, [_day(11)], told=told).alternatives
    costs = {(cost.model, cost.months): cost for cost in found.costs}
    assert set(costs) == {(model, n) for model in ("large", "small") for n in (1, 3, 12)}
    assert costs["large", 1].before == _exactly("6.00")
    # A million tokens are free: the 1 000 000 of input, or all of the output and half the input.
    assert costs["large", 1].after == Range(Decimal("0.80"), Decimal("3.20"))
    assert costs["small", 12].before == _exactly("3.60")
    assert costs["small", 12].after == _exactly("2.88")


def _exactly(amount: str) -> Range:
    return Range(Decimal(amount), Decimal(amount))


def test_without_counted_tokens_there_is_no_cost(tmp_path: Path) -> None:
    """Nothing is reckoned from requests."""
    found = _plan(tmp_path, [_day(11, tokens=None)])
    assert found.used.monthly is None
    assert found.alternatives[0].costs == ()


def test_models_and_features_are_those_of_a_survey(tmp_path: Path) -> None:
    """What is used and has no counterpart is named; without examples all counterparts are."""
    seen = Examples(("old-large", "old-vision"), ("/v1/chat", "/v1/files", "/healthz"))
    [found] = _plan(tmp_path, [_day(11)], told=Told(seen)).alternatives
    assert found.counterparts == (
        Counterpart("old-large", "large"),
        Counterpart("old-vision", None),
    )
    assert found.features == (Served(Feature.CHAT, True), Served(Feature.FILES, False))
    assert {cost.model for cost in found.costs} == {"large"}
    assert seen.other_paths == ("/healthz",)
    [unseen] = _plan(tmp_path, [_day(12)]).alternatives
    assert unseen.counterparts[1] == Counterpart("old-small", "small")
    assert unseen.features == ()


def test_models_and_kinds_are_known_by_themselves(tmp_path: Path) -> None:
    """What logs named needs no survey: models, features, and the cost by kind of token."""
    day = _day(20).day
    asked = [
        demand(model="old-large", day=day, requests=2, tokens=30, tokens_in=10, tokens_out=20),
        demand(model=OTHER, day=day, requests=1, feature=Feature.FILES),
        demand(model="long-ago", day=day.replace(month=4)),
    ]
    found = _plan(tmp_path, [_day(20, tokens=30, requests=4, warned=2)], asked=asked)
    assert (found.used.other_models, found.used.unnamed) == (1, 1)
    assert found.models == ("old-large",)
    assert found.features == (Feature.CHAT, Feature.FILES)
    [there] = found.alternatives
    assert there.counterparts == (Counterpart("old-large", "large"),)
    assert found.used.monthly is not None
    month = Fraction(365, 12)
    assert found.used.monthly.kinds == {TokenKind.INPUT: 10 * month, TokenKind.OUTPUT: 20 * month}


def test_kinds_of_some_tokens_are_none(tmp_path: Path) -> None:
    """Where logs said the kind of some tokens only, the cost stays a range."""
    asked = [demand(day=_day(20).day, tokens=20, tokens_in=10, tokens_out=10)]
    found = _plan(tmp_path, [_day(20, tokens=30)], asked=asked)
    assert found.used.monthly is not None
    assert found.used.monthly.kinds is None


def test_a_silent_source_is_unknown_not_absent(tmp_path: Path) -> None:
    """Neither features nor prices that a source does not say are taken for missing or free."""
    told = Told(Examples((), ("/v1/chat",)))
    silent = offer(features=None, prices=None, models=())
    [found] = _plan(tmp_path, [_day(11)], offers(silent), told).alternatives
    assert found.features == (Served(Feature.CHAT, None),)
    assert (found.costs, found.counterparts) == ((), ())
    assert found.changes


@pytest.mark.parametrize("case", [True, False])
def test_a_case_proves_who_is_affected(tmp_path: Path, case: bool) -> None:
    """Whether somebody is new to a vendor only the vendor knows."""
    found = _plan(tmp_path, [_day(11)], case=case)
    assert found.alternatives[0].conditions == (
        Asked(Condition.NEWLY_SWITCHING, None),
        Asked(Condition.AFFECTED, case),
    )
    assert found.case == (1 if case else None)


def test_history_stands_apart(tmp_path: Path) -> None:
    """An offer that is over is no alternative, whatever it serves."""
    over = offer(kind=Kind.HISTORY)
    found = _plan(tmp_path, [_day(11)], offers(over))
    assert (found.alternatives, found.history) == ((), (over,))


def test_nobody_has_a_plan_by_mistake(tmp_path: Path) -> None:
    """An id that the store does not know is refused."""
    with pytest.raises(CannotRun, match="knows nothing of acme"):
        _plan(tmp_path, [_day(11, organization="other")])
