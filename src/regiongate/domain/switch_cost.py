"""What tokens cost at an alternative, before and after an incentive, in exact numbers.

Nothing is guessed: where it is not known how many tokens are of which kind, a cost is the range
between all of them being of the cheapest kind and all of the dearest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from regiongate.domain.offer import Incentive, TokenKind

MONTH = timedelta(days=365) / 12
"""A twelfth of 365 days."""

_MILLION = 1_000_000
_CHAT = frozenset({TokenKind.INPUT, TokenKind.OUTPUT})

Tokens = Mapping[TokenKind, Fraction]
"""Tokens by kind, over some time; parts of a token come from reckoning and are kept."""


@dataclass(frozen=True, slots=True)
class Monthly:
    """Tokens of a month: `total` of unknown kinds, or `kinds` where they are known (then their
    sum is the total).
    """

    total: Fraction
    kinds: Tokens | None = None

    def over(self, months: int) -> Monthly:
        """The same usage, going on for some months."""
        kinds = None if self.kinds is None else {k: n * months for k, n in self.kinds.items()}
        return Monthly(self.total * months, kinds)


@dataclass(frozen=True, slots=True)
class Range:
    """From `least` to `most`, rounded outwards to hundredths; the same where it is exact."""

    least: Decimal
    most: Decimal


@dataclass(frozen=True, slots=True)
class Allowance:
    """What an incentive gives within some time: free tokens, and a part off of the rest.

    `share` is the part of the time (0 to 1) in which it holds.
    """

    free: Fraction = Fraction(0)
    off: Fraction = Fraction(0)
    share: Fraction = Fraction(1)


def cost(
    usage: Monthly, prices: Mapping[TokenKind, Decimal], given: Allowance | None = None
) -> Range | None:
    """What some tokens cost with one model; None where its prices do not say.

    Without `given` it is the cost before any incentive.

    Chat is priced by input and output; with only one of them a cost of unknown kinds has no bound.
    Which tokens are the free ones is not known either, so the range holds for any choice.
    """
    mixes = _mixes(usage, prices)
    if not mixes:
        return None
    exact = {name: Fraction(price) for name, price in prices.items()}
    found = [
        _paid(mix, exact, given or Allowance(), dearest_first)
        for mix in mixes
        for dearest_first in (True, False)
    ]
    return _rounded(min(found), max(found))


def unpriced(usage: Monthly, prices: Mapping[TokenKind, Decimal]) -> frozenset[TokenKind]:
    """The kinds of tokens for want of whose prices a cost is unknown."""
    if usage.kinds is not None:
        return frozenset(kind for kind, count in usage.kinds.items() if count) - prices.keys()
    if prices.keys() == {TokenKind.EMBEDDING}:
        return frozenset()
    return _CHAT - prices.keys()


def allowance(
    incentive: Incentive | None, model: str, usage: Monthly, months: int
) -> Allowance | None:
    """What an incentive gives with a model over some months of a usage; None: it is not said.

    `usage` is that of one month.
    """
    if incentive is None:
        return Allowance()
    if not incentive.ends_said:
        return None
    free = sum(
        (Fraction(g.tokens) for g in incentive.grants if g.model in (None, model)), Fraction(0)
    )
    former = incentive.former_usage
    if former is not None and former.model in (None, model):
        if former.over is None:
            return None
        free += usage.total * _ratio(former.over, MONTH)
    lasts = incentive.lasts
    share = Fraction(1) if lasts is None else min(Fraction(1), _ratio(lasts, MONTH * months))
    return Allowance(free, incentive.off or Fraction(0), share)


def _mixes(usage: Monthly, prices: Mapping[TokenKind, Decimal]) -> list[Tokens]:
    """The extremes of what the tokens may be; none where a price is missing."""
    if unpriced(usage, prices):
        return []
    if usage.kinds is not None:
        return [{name: count for name, count in usage.kinds.items() if count}]
    return [{name: usage.total} for name in prices]


def _paid(
    tokens: Tokens, prices: Mapping[TokenKind, Fraction], given: Allowance, dearest_first: bool
) -> Fraction:
    """The price of tokens of which free ones are taken in an order."""
    free, paid = given.free, Fraction(0)
    for kind in sorted(tokens, key=lambda name: prices[name], reverse=dearest_first):
        within = tokens[kind] * given.share
        left = max(Fraction(0), within - free)
        free = max(Fraction(0), free - within)
        later = tokens[kind] - within
        paid += (left * (1 - given.off) + later) * prices[kind] / _MILLION
    return paid


def _ratio(span: timedelta, of: timedelta) -> Fraction:
    tick = timedelta(microseconds=1)
    return Fraction(span // tick, of // tick)


def _rounded(least: Fraction, most: Fraction) -> Range:
    if least == most:
        exact = _hundredths([round(least * 100)])
        return Range(exact[0], exact[0])
    low, high = (least * 100).__floor__(), (most * 100).__ceil__()
    return Range(*_hundredths([low, high]))


def _hundredths(counts: Iterable[int]) -> list[Decimal]:
    return [Decimal(count).scaleb(-2) for count in counts]
