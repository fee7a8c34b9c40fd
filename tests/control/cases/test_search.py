"""Search: cases are found by what is known of them, in any order, page by page."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa

from regiongate.control.cases.search import Row, Sort, Sought, search
from regiongate.control.cases.seen_in import seen_in
from regiongate.control.organizations.view import By, Part, Span, organizations, sightings
from regiongate.domain.case import CaseState, Step
from regiongate.domain.errors import CannotRun
from regiongate.domain.profile import Profile
from regiongate.store.cases import Cases, Seen
from regiongate.store.database import Database
from regiongate.store.organizations import Organizations
from regiongate.store.paging import Asked
from tests.support.cases import CHINESE, DIVIDED, FRENCH, WARN, saw, see
from tests.support.listings import leafed
from tests.support.stores import database, postgresql, store_url

__all__ = ["database", "postgresql", "store_url"]

LATER = WARN + timedelta(days=1)
NAMES = (("acme", "Acme Ltd"), ("Yandex_1", "Яндекс"), ("b%", "Acme 2"))


@pytest.fixture
def four(database: Database) -> Database:
    """Four cases: of three the books know the name; one is loud, one was released."""
    see(
        database,
        saw("acme", CHINESE, "CN", WARN),
        saw("acme", FRENCH, "FR", WARN, unsupported=0, disputed=0, warned=3, blocked=0),
        saw("acme", FRENCH, "FR", LATER, unsupported=0, disputed=0, warned=3, blocked=0),
        saw("Yandex_1", DIVIDED, "UA-43", WARN),
        saw("zeta", CHINESE, "CN", LATER, key=None),
    )
    profiles = [Profile(name, said, None, ()) for name, said in NAMES]
    with database.writing() as connection:
        Organizations(connection).put(profiles, WARN)
        cases = Cases(connection)
        seen = [
            Seen("acme", 9, 2, WARN, WARN),
            Seen("Yandex_1", 3, 2, WARN, LATER),
            Seen("b%", 3, 0, None, None),
            Seen("zeta", 3, 3, WARN, LATER),
        ]
        first, _, third, _ = cases.find(seen, WARN, "regiongate", "seen")
        cases.take(third, Step.RELEASE, LATER, "bob", "over")
        cases.be_loud(first.number, "all contacts are bad")
    return database


def _found(database: Database, sought: Sought, sort: Sort = Sort.NUMBER) -> list[Row]:
    with database.reading() as connection:
        return leafed(partial(search, connection, sought, sort), 1)


@pytest.mark.parametrize(
    ("sought", "numbers"),
    [
        (Sought(), [4, 3, 2, 1]),
        (Sought(states=(CaseState.RELEASED,)), [3]),
        (Sought(states=(CaseState.FOUND, CaseState.EXEMPT)), [4, 2, 1]),
        (Sought(loud=True), [1]),
        (Sought(text="acme"), [3, 1]),
        (Sought(text=" ACME l"), [1]),
        (Sought(text="яНд"), [2]),
        (Sought(text="Yandex_"), [2]),
        (Sought(text="yandex"), []),
        (Sought(text="b%"), [3]),
        (Sought(text="%"), []),
        (Sought(text="zet"), [4]),
        (Sought(text="4"), [4]),
        (Sought(text="#2"), [2]),
        (Sought(text="9" * 40), []),
        (Sought(country="CN"), [4, 1]),
        (Sought(country="UA"), [2]),
        (Sought(country="FR", loud=True, text="acme"), [1]),
        (Sought(country="U_"), []),
    ],
    ids=str,
)
def test_cases_are_found(four: Database, sought: Sought, numbers: list[int]) -> None:
    """Everything that is said of a case must hold; no character of a text means another."""
    assert [row.number for row in _found(four, sought)] == numbers


@pytest.mark.parametrize(
    ("sort", "numbers"),
    [(Sort.SINCE, [3, 4, 2, 1]), (Sort.UNSUPPORTED, [4, 2, 1, 3]), (Sort.LAST, [4, 2, 1])],
)
def test_cases_are_sorted(four: Database, sort: Sort, numbers: list[int]) -> None:
    """The largest or latest comes first, and what never was comes last."""
    assert [row.number for row in _found(four, Sought(), sort)] == numbers


def test_many_names_are_met_on_the_way(four: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where more organizations have such a name than are looked up, the same cases are found."""
    monkeypatch.setattr("regiongate.control.cases.search.NAMED", 1)
    assert [row.number for row in _found(four, Sought(text="acme"))] == [3, 1]


def test_a_row_says_what_a_table_shows(four: Database) -> None:
    """Name, numbers and share; no name where the books do not know the organization."""
    last, never, _, first = _found(four, Sought())
    assert first == Row(
        *(1, "acme", "Acme Ltd", CaseState.FOUND, WARN, 9, 2, WARN, "all contacts are bad", None)
    )
    assert (first.share, last.name, never.last) == (2 / 9, None, None)


def test_the_regions_of_a_page_come_in_one_query(four: Database) -> None:
    """Unsupported ones only, most requests first, each organization's own; by the primary key."""
    see(four, saw("acme", DIVIDED, "UA-43", WARN), saw("acme", CHINESE, "CN", LATER))
    asked: list[str] = []
    sa.event.listen(four.engine, "before_cursor_execute", lambda *of: asked.append(of[2]))
    with four.reading() as connection:
        asked.clear()
        found = seen_in(connection, {"acme", "Yandex_1", "nobody"})
    assert found == {"acme": ("CN", "UA-43"), "Yandex_1": ("UA-43",)}
    assert sum(one.startswith("SELECT") for one in asked) == 1


def test_a_cursor_holds_for_its_order_only(four: Database) -> None:
    """The cursor of another order is refused, not read as something else."""
    with four.reading() as connection:
        cursor = search(connection, Sought(), Sort.NUMBER, Asked(1)).next_cursor
        with pytest.raises(CannotRun, match="no cursor"):
            search(connection, Sought(), Sort.SINCE, Asked(1, cursor))


@pytest.mark.parametrize(
    ("text", "by", "ids"),
    [
        ("", By.ID, ["Yandex_1", "acme", "b%"]),
        ("", By.NAME, ["b%", "acme", "Yandex_1"]),
        ("a", By.ID, ["acme"]),
        ("ACME", By.NAME, ["b%", "acme"]),
        ("яндекс", By.NAME, ["Yandex_1"]),
    ],
)
def test_organizations_are_found(four: Database, text: str, by: By, ids: list[str]) -> None:
    """By id letter by letter, by name in small letters or not, in that order."""
    with four.reading() as connection:
        found = leafed(partial(organizations, connection, text, by), 1)
    assert [one.id for one in found] == ids


@pytest.mark.parametrize(
    ("part", "sums"),
    [
        (Part.REGION, [("CN", 3, 2), ("FR", 6, 0)]),
        (Part.NETWORK, [(CHINESE, 3, 2), (FRENCH, 6, 0)]),
        (Part.KEY, [("0123456789abcdef", 9, 2)]),
        (Part.DAY, [("2026-06-02", 3, 0), ("2026-06-01", 6, 2)]),
    ],
)
def test_sightings_are_added_up(
    four: Database, part: Part, sums: list[tuple[str, int, int]]
) -> None:
    """What was unsupported most comes first, of days the latest."""
    span = Span(WARN.date(), LATER.date())
    with four.reading() as connection:
        found = leafed(partial(sightings, connection, "acme", part, span), 1)
    assert [(one.value, one.requests, one.unsupported) for one in found] == sums


def test_a_key_that_nobody_said_is_none(four: Database) -> None:
    """What the log did not name has no value."""
    with four.reading() as connection:
        [one] = sightings(connection, "zeta", Part.KEY, Span(WARN.date(), LATER.date())).rows
    assert one.value is None
