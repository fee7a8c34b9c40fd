"""The sums of sightings: always what the sightings add up to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import op
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regiongate.domain.sighting import Sighting
from regiongate.store.database import Database
from regiongate.store.erasure import Erasure
from regiongate.store.migrations.versions import r0011_console
from regiongate.store.rollups import SEEN_IN, SUMS, TOTAL
from regiongate.store.sightings import SIGHTING, Sightings
from regiongate.store.totals import Counts, traffic_by_day, traffic_by_region
from tests.support.sightings import DAY, NOON, ONE, sighting, table

NAMES = ("acme", "globex", None)


@st.composite
def some(draw: st.DrawFn) -> Sighting:
    """A sighting of few organizations, regions and days, so that many meet."""
    back = timedelta(days=draw(st.integers(0, 2)))
    requests = draw(st.integers(1, 9))
    unsupported = draw(st.integers(0, requests))
    return sighting(
        organization=draw(st.sampled_from(NAMES)),
        key=draw(st.sampled_from(("a", None))),
        region=draw(st.sampled_from(("KP", "FR", None))),
        day=DAY - back,
        first=NOON - back,
        last=NOON - back,
        requests=requests,
        unsupported=unsupported,
        disputed=0,
        anonymized=draw(st.integers(0, requests)),
        allowed=requests - unsupported,
        warned=0,
        blocked=unsupported,
    )


STEP = st.one_of(st.lists(some(), max_size=6), st.sampled_from(("acme", "globex")))


def _grouped(connection: sa.Connection, into: sa.Table) -> list[tuple[Any, ...]]:
    """What the sums should be, straight from the sightings."""
    key = [SIGHTING.c[column.name] for column in into.primary_key]
    names = [column.name for column in into.columns if column.name in SUMS]
    sums = (sa.cast(sa.func.sum(SIGHTING.c[name]), sa.BigInteger) for name in names)
    query = sa.select(*key, *sums).group_by(*key)
    return sorted(tuple(row) for row in connection.execute(query))


def _kept(connection: sa.Connection, table: sa.Table) -> list[tuple[Any, ...]]:
    return sorted(tuple(row) for row in connection.execute(sa.select(table)))


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(STEP, max_size=8))
def test_sums_are_what_sightings_add_up_to(
    database: Database, steps: list[list[Sighting] | str]
) -> None:
    """After sightings were added and organizations erased in any order, each sum is right."""
    with database.writing() as connection:
        for kept in (SIGHTING, TOTAL, SEEN_IN):
            connection.execute(sa.delete(kept))
    for step in steps:
        with database.writing() as connection:
            if isinstance(step, str):
                Erasure(connection, step).remove()
            else:
                Sightings(connection).add(table(step))
    with database.reading() as connection:
        for kept in (TOTAL, SEEN_IN):
            assert _kept(connection, kept) == _grouped(connection, kept)


def test_what_is_undone_leaves_no_sum(database: Database) -> None:
    """Sums stand and fall with the transaction of their sightings."""
    with pytest.raises(RuntimeError), database.writing() as connection:
        Sightings(connection).add(table([ONE]))
        raise RuntimeError
    with database.reading() as connection:
        assert _kept(connection, TOTAL) == _kept(connection, SEEN_IN) == []


def test_sums_are_made_of_what_is_there(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An older store gets the sums of the sightings that it has."""
    with database.writing() as connection:
        Sightings(connection).add(table([ONE, sighting(organization=None, region=None)]))
        for kept in (TOTAL, SEEN_IN):
            connection.execute(sa.schema.DropTable(kept))

        def make(name: str, *parts: Any, **_: Any) -> None:
            connection.execute(sa.schema.CreateTable({"sighting_total": TOTAL}.get(name, SEEN_IN)))

        monkeypatch.setattr(op, "create_table", make)
        monkeypatch.setattr(op, "execute", connection.exec_driver_sql)
        r0011_console._total()
        r0011_console._region()
        for kept in (TOTAL, SEEN_IN):
            assert _kept(connection, kept) == _grouped(connection, kept) != []


def test_totals_are_asked_by_region_and_by_day(database: Database) -> None:
    """Regions that nobody knows are None, and days outside the time do not count."""
    before = sighting(
        day=DAY - timedelta(days=1), first=NOON - timedelta(days=1), last=NOON - timedelta(days=1)
    )
    with database.writing() as connection:
        Sightings(connection).add(table([ONE, sighting(region=None, key="b"), before]))
    one = Counts(requests=3, unsupported=2, disputed=1, warned=1, blocked=2)
    two = Counts(requests=6, unsupported=4, disputed=2, warned=2, blocked=4)
    with database.reading() as connection:
        assert traffic_by_region(connection, DAY, DAY) == {None: one, "KP": one}
        days = traffic_by_day(connection, DAY - timedelta(days=1), DAY)
    assert days == [(DAY - timedelta(days=1), one), (DAY, two)]
