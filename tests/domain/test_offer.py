"""When an offer stands and whom it serves; what it costs there, in exact numbers."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regiongate.domain.offer import FormerUsage, Grant, Incentive, Kind, TokenKind
from regiongate.domain.switch_cost import (
    MONTH,
    Allowance,
    Monthly,
    Range,
    allowance,
    cost,
    unpriced,
)
from tests.support.offers import ONE, OPENS, offer

IN, CACHED, OUT = TokenKind.INPUT, TokenKind.CACHED_INPUT, TokenKind.OUTPUT
PRICES = {IN: Decimal(2), OUT: Decimal(8)}
MILLION = Fraction(1_000_000)


@pytest.mark.parametrize(
    ("region", "serves"),
    [("CN", True), ("CN-BJ", True), ("UA", True), ("UA-43", False), ("UA-09", True), ("RU", False)],
)
def test_a_country_stands_for_its_parts_but_those_excepted(region: str, serves: bool) -> None:
    """The regions of an offer are read as those of a policy."""
    assert ONE.serves(region) is serves


def test_what_a_source_does_not_say_is_not_served() -> None:
    """An offer of which no regions are known serves none for sure."""
    assert not offer(regions=None).serves("CN")


def test_an_offer_stands_from_its_opening_to_its_closing() -> None:
    """The opening belongs to it, the closing does not; history never stands."""
    assert ONE.stands(OPENS)
    assert not ONE.stands(OPENS - timedelta(microseconds=1))
    assert ONE.closes is not None
    assert not ONE.stands(ONE.closes)
    assert offer(closes=None).stands(OPENS + timedelta(days=9999))
    assert not offer(kind=Kind.HISTORY).stands(OPENS)


def test_known_kinds_have_one_cost() -> None:
    """Input and output are each paid at their price."""
    used = Monthly(4 * MILLION, {IN: 3 * MILLION, OUT: MILLION})
    assert cost(used, PRICES) == Range(Decimal("14.00"), Decimal("14.00"))


def test_unknown_kinds_have_a_range() -> None:
    """It is from all of the cheapest kind to all of the dearest."""
    assert cost(Monthly(MILLION), PRICES) == Range(Decimal("2.00"), Decimal("8.00"))
    assert cost(Monthly(MILLION), {**PRICES, CACHED: Decimal(1)}) == Range(
        Decimal("1.00"), Decimal("8.00")
    )


def test_a_range_is_rounded_outwards() -> None:
    """A third of a hundredth is never on the wrong side."""
    assert cost(Monthly(Fraction(10_001, 3)), PRICES) == Range(Decimal("0.00"), Decimal("0.03"))


@pytest.mark.parametrize("prices", [{IN: Decimal(2)}, {OUT: Decimal(2)}, {CACHED: Decimal(2)}, {}])
def test_a_price_that_is_missing_is_not_guessed(prices: dict[TokenKind, Decimal]) -> None:
    """Without both prices of a chat, tokens of unknown kinds have no bound."""
    assert cost(Monthly(MILLION), prices) is None
    assert cost(Monthly(MILLION, {IN: MILLION / 2, OUT: MILLION / 2}), prices) is None


def test_it_is_said_which_prices_are_missing() -> None:
    """One kind that is used and has no price leaves the whole cost unknown; one unused does not."""
    embedding = TokenKind.EMBEDDING
    used = Monthly(2 * MILLION, {IN: MILLION, embedding: MILLION, CACHED: Fraction(0)})
    assert unpriced(used, PRICES) == {embedding}
    assert cost(used, PRICES) is None
    assert unpriced(used, {**PRICES, embedding: Decimal(1)}) == frozenset()
    assert unpriced(Monthly(MILLION), {IN: Decimal(2)}) == {OUT}


def test_which_tokens_are_free_is_not_known() -> None:
    """The range holds whether input or output is free first."""
    used = Monthly(2 * MILLION, {IN: MILLION, OUT: MILLION})
    given = Allowance(free=MILLION)
    assert cost(used, PRICES, given) == Range(Decimal("2.00"), Decimal("8.00"))


def test_prices_are_lower_for_what_is_not_free_while_the_incentive_holds() -> None:
    """Free tokens first, then the part off, then the full price once it has ended."""
    used = Monthly(4 * MILLION, {IN: 4 * MILLION})
    given = Allowance(free=MILLION, off=Fraction(1, 4), share=Fraction(1, 2))
    assert cost(used, PRICES, given) == Range(Decimal("5.50"), Decimal("5.50"))


def test_free_tokens_are_lost_when_the_incentive_ends() -> None:
    """More free tokens than are used in its time change nothing later."""
    used = Monthly(4 * MILLION, {IN: 4 * MILLION})
    given = Allowance(free=100 * MILLION, share=Fraction(1, 4))
    assert cost(used, PRICES, given) == Range(Decimal("6.00"), Decimal("6.00"))


def test_an_incentive_gives_what_it_says() -> None:
    """Tokens of this model and of any, as many as before, and for as long as it lasts."""
    said = Incentive(
        grants=(Grant(10, None), Grant(5, "large"), Grant(7, "small")),
        former_usage=FormerUsage(MONTH * 2, "large"),
        off=Fraction(1, 10),
        lasts=MONTH,
    )
    found = allowance(said, "large", Monthly(Fraction(100)), 4)
    assert found == Allowance(Fraction(215), Fraction(1, 10), Fraction(1, 4))
    assert allowance(None, "large", Monthly(Fraction(100)), 4) == Allowance()


@pytest.mark.parametrize(
    "said",
    [
        Incentive(grants=(Grant(10, None),), ends_said=False),
        Incentive(former_usage=FormerUsage(None, None), lasts=MONTH),
    ],
)
def test_what_an_incentive_does_not_say_is_unknown(said: Incentive) -> None:
    """Neither how long it holds nor how much was used before is made up."""
    assert allowance(said, "large", Monthly(Fraction(100)), 1) is None


_COUNTS = st.integers(0, 10**12).map(Fraction)
_KINDS = st.fixed_dictionaries({IN: _COUNTS, OUT: _COUNTS})
_PRICES = st.fixed_dictionaries(dict.fromkeys((IN, OUT), st.decimals(0, 1000, places=4)))
_GIVEN = st.builds(Allowance, _COUNTS, st.fractions(0, 1), st.fractions(0, 1))


def _cost(used: Monthly, prices: dict[TokenKind, Decimal], given: Allowance) -> Range:
    found = cost(used, prices, given)
    assert found is not None
    return found


@given(_KINDS, _PRICES, _GIVEN)
def test_the_range_holds_every_mix_of_kinds(
    kinds: dict[TokenKind, Fraction], prices: dict[TokenKind, Decimal], given: Allowance
) -> None:
    """Whatever the tokens turn out to be, their cost lies within what was said before."""
    total = sum(kinds.values(), Fraction(0))
    said = _cost(Monthly(total), prices, given)
    true = _cost(Monthly(total, kinds), prices, given)
    assert said.least <= true.least <= true.most <= said.most


@given(_KINDS, _PRICES, _GIVEN)
def test_an_incentive_never_makes_it_dearer(
    kinds: dict[TokenKind, Fraction], prices: dict[TokenKind, Decimal], given: Allowance
) -> None:
    """After it is at most before it, to the hundredth, and nobody is paid for switching."""
    used = Monthly(sum(kinds.values(), Fraction(0)), kinds)
    before, after = _cost(used, prices, Allowance()), _cost(used, prices, given)
    assert Decimal(0) <= after.least
    assert after.most <= before.most + Decimal("0.01")
