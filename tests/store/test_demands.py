"""Demand in the store: it adds up, and nobody can fill the store with models."""

from __future__ import annotations

from regiongate.domain.demand import OTHER, Demand
from regiongate.domain.offer import Feature
from regiongate.store.database import Database
from regiongate.store.demands import LONGEST, MOST, Demands
from tests.support.demands import demand, demands


def _add(database: Database, *found: Demand) -> list[Demand]:
    with database.writing() as connection:
        Demands(connection).add(demands(found))
        return Demands(connection).of("acme")


def test_the_same_demand_adds_up(database: Database) -> None:
    """Tokens are null until a log says how many; what is not named is of its own."""
    _add(database, demand(), demand("globex"))
    unnamed = demand(model=None, feature=None)
    counted = demand(tokens=30, tokens_in=10, tokens_out=20)
    assert _add(database, counted, demand(), unnamed) == [
        unnamed,
        demand(requests=9, tokens=30, tokens_in=10, tokens_out=20),
    ]


def test_invented_models_are_one(database: Database) -> None:
    """Those with most requests are kept by name, whatever else is claimed then or later."""
    many = [demand(model=f"m{n:04}", requests=n) for n in range(1, 1001)]
    for found in (_add(database, *many), _add(database, demand(model="late"), many[-1])):
        names = {one.model for one in found}
        assert len(names) == MOST + 1
        assert {OTHER, "m1000", "m0951"} < names
    assert sum(one.requests for one in found) == 1000 * 1001 // 2 + 3 + 1000
    assert "late" not in names


def test_a_name_that_cannot_be_kept(database: Database) -> None:
    """Too long a name, or one that no database takes, stops no saving."""
    odd = [demand(model="x" * (LONGEST + 1)), demand(model="a\0b", feature=Feature.FILES)]
    assert {(one.model, one.feature) for one in _add(database, *odd)} == {
        (OTHER, Feature.CHAT),
        (OTHER, Feature.FILES),
    }
