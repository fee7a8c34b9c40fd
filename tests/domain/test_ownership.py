"""Ownership: exact through chains and circles, and what is not known counts on neither side."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regiongate.domain.ownership import Chain, impossible, owned
from regiongate.domain.profile import Holding

HALF = Fraction(1, 2)
BAD, GOOD, UNSAID = False, True, None
Drawn = tuple[list[Holding], dict[str, bool | None]]


def _held(owned: str, owner: str, share: Fraction | int) -> Holding:
    return Holding(owned, owner, Fraction(share), "a register", date(2026, 1, 1))


@st.composite
def _worlds(draw: st.DrawFn) -> Drawn:
    """A few companies that hold shares of one another in all ways, circles and closed ones too."""
    names = "abcdefg"[: draw(st.integers(2, 7))]
    sides = {name: draw(st.sampled_from([BAD, GOOD, GOOD, UNSAID, UNSAID])) for name in names}
    holdings = []
    for company in names:
        owners = draw(st.lists(st.sampled_from(names), max_size=3, unique=True))
        owners = [owner for owner in owners if owner != company]
        parts = [draw(st.integers(1, 10)) for _ in owners]
        whole = draw(st.sampled_from([10, 10, 12, 20]))
        total = max(sum(parts), whole)
        # A share has nine decimals at most, so each is cut to hundredths.
        holdings += [
            _held(company, owner, Fraction(max(1, 100 * part // total), 100))
            for owner, part in zip(owners, parts, strict=True)
        ]
    return holdings, sides


def _walked(
    holdings: list[Holding], sides: Mapping[str, bool | None], rounds: int
) -> tuple[Fraction, Fraction, Fraction]:
    """Follow every share from owner to owner, one step a round: what has arrived, what walks on."""
    shares: dict[str, list[tuple[str, Fraction]]] = {}
    for one in holdings:
        shares.setdefault(one.owned, []).append((one.owner, one.share))
    arrived = {BAD: Fraction(0), GOOD: Fraction(0), UNSAID: Fraction(0)}
    walking = {"a": Fraction(1)}
    for _ in range(rounds):
        reached: dict[str, Fraction] = {}
        for name, part in walking.items():
            for owner, share in shares.get(name, []):
                side = UNSAID if owner == "a" else sides[owner]
                if side is BAD or owner not in shares:
                    arrived[side] += part * share
                else:
                    reached[owner] = reached.get(owner, Fraction(0)) + part * share
        walking = reached
    return arrived[BAD], arrived[GOOD], sum(walking.values(), Fraction(0))


@given(_worlds())
def test_as_if_every_share_were_followed(drawn: Drawn) -> None:
    """The shares are those that arrive when each is followed from owner to owner, for ever."""
    holdings, sides = drawn
    found = owned("a", holdings, sides)
    bad, good, walking = _walked(holdings, sides, 60)
    assert bad <= found.unsupported <= bad + walking
    assert good <= found.supported <= good + walking
    assert found.unsupported + found.supported + found.unknown == 1
    assert min(found.unsupported, found.supported, found.unknown) >= 0
    if walking < Fraction(1, 10**9):
        assert found.unsupported - bad < Fraction(1, 10**9)
    # In closed circles nothing ever arrives: another round brings no more, and it counts nowhere.
    if walking == _walked(holdings, sides, 120)[2]:
        assert (found.unsupported, found.supported) == (bad, good)


@given(_worlds())
def test_chains_explain_it(drawn: Drawn) -> None:
    """Each chain is the product of its shares, and all of them are no more than the whole."""
    holdings, sides = drawn
    found = owned("a", holdings, sides)
    known = {(one.owned, one.owner): one.share for one in holdings}
    for chain in found.chains:
        product = Fraction(1)
        for step in pairwise(chain.ids):
            product *= known[step]
        assert (chain.share, chain.ids[0], sides[chain.ids[-1]]) == (product, "a", BAD)
        assert len(set(chain.ids)) == len(chain.ids)
    assert sum((chain.share for chain in found.chains), Fraction(0)) <= found.unsupported
    assert (found.unsupported > 0) == bool(found.chains)
    assert list(found.chains) == sorted(found.chains, key=lambda chain: -chain.share)


@given(_worlds(), st.randoms())
def test_the_order_of_holdings_does_not_matter(drawn: Drawn, random: Random) -> None:
    """The same holdings in another order say the same, chains included."""
    holdings, sides = drawn
    shuffled = list(holdings)
    random.shuffle(shuffled)
    assert owned("a", shuffled, sides) == owned("a", holdings, sides)


def test_a_chain_is_a_product() -> None:
    """60 % of a company that holds 70 % are 42 %, the rest of it is held by nobody knows whom."""
    held = [
        _held("a", "fund", Fraction(7, 10)),
        _held("fund", "state", Fraction(6, 10)),
        _held("a", "founder", Fraction(3, 10)),
    ]
    found = owned("a", held, {"fund": GOOD, "state": BAD, "founder": GOOD})
    assert found.unsupported == Fraction(42, 100)
    assert found.supported == Fraction(30, 100)
    assert found.unknown == Fraction(28, 100)
    assert found.chains == (Chain(("a", "fund", "state"), Fraction(42, 100)),)


def test_two_that_hold_each_other() -> None:
    """Half of a company and half of its circle: ½ · ½ + ½ · ½ · (½ · ½) + … is a third."""
    held = [_held("a", "b", HALF), _held("b", "a", HALF), _held("b", "state", HALF)]
    found = owned("a", held, {"state": BAD})
    assert found.unsupported == Fraction(1, 3)
    assert found.chains == (Chain(("a", "b", "state"), Fraction(1, 4)),)


def test_a_closed_circle_has_no_owner() -> None:
    """Companies that hold one another entirely come to an end, as unknown."""
    held = [_held("a", "b", 1), _held("b", "c", 1), _held("c", "b", 1)]
    found = owned("a", held, {"b": GOOD, "c": GOOD})
    assert found.unknown == 1


def test_a_chain_ends_in_an_unsupported_region() -> None:
    """What an owner in an unsupported region holds counts, whoever owns that one in turn."""
    held = [_held("a", "shell", 1), _held("shell", "founder", 1)]
    assert owned("a", held, {"shell": BAD, "founder": GOOD}).unsupported == 1
    assert owned("a", held, {"shell": GOOD, "founder": BAD}).unsupported == 1
    assert owned("a", held, {"shell": GOOD, "founder": GOOD}).supported == 1


def test_what_is_unknown_counts_nowhere() -> None:
    """An owner whose country nobody said is on neither side, and nobody's share is neither."""
    assert owned("a", [], {}).unknown == 1
    found = owned("a", [_held("a", "somebody", HALF)], {"somebody": UNSAID})
    assert found.unknown == 1


def test_more_than_all_of_a_company_is_a_problem() -> None:
    """Shares over 100 %, and a share stated twice, are told all at once and never repaired."""
    held = [
        _held("a", "b", Fraction(7, 10)),
        _held("a", "c", Fraction(4, 10)),
        _held("b", "c", Fraction(1, 10)),
        _held("b", "c", Fraction(2, 10)),
    ]
    told = [one.message for one in impossible(held)]
    assert told == ["110 % of a is held by b, c", "what c holds of b is stated twice"]
    with pytest.raises(ValueError, match=r"110 % of a.*; what c holds of b"):
        owned("a", held, {})
    # What is wrong elsewhere says nothing of a company that it cannot own.
    assert owned("c", held, {}).unknown == 1


@settings(max_examples=5, deadline=None)
@given(st.integers(200, 400))
def test_long_chains_and_many_circles(length: int) -> None:
    """A chain of hundreds, every company of which also holds a part of the first, is solved."""
    names = ["a", *(f"c{number}" for number in range(length))]
    held = [_held(one, owner, Fraction(9, 10)) for one, owner in pairwise(names)]
    held += [_held(owner, "a", Fraction(1, 100)) for owner in names[1:-1]]
    found = owned("a", held, {names[-1]: BAD})
    straight = Fraction(9, 10) ** length
    assert straight < found.unsupported < 2 * straight
    assert found.chains[0].share == straight
