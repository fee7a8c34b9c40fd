"""Meddling with the store itself, by somebody who owns the database: the chain still tells."""

from __future__ import annotations

import pytest

from regiongate.control.audit.trouble import Wrong
from regiongate.domain.chain import Head
from regiongate.store.audit import AuditTrail
from regiongate.store.database import Database
from tests.support.audit_trails import fill, meddle, verified

_AT = {
    "sqlite": "UPDATE audit_event SET at = 'yesterday' WHERE number = 3",
    "postgresql": "UPDATE audit_event SET at = at + interval '1 second' WHERE number = 3",
}

MEDDLINGS: list[tuple[str, int, Wrong, tuple[str, ...]]] = [
    ("tag", 4, Wrong.CHANGED, ("UPDATE audit_event SET tag = 'x:y' WHERE number = 4",)),
    ("removed", 2, Wrong.REMOVED, ("DELETE FROM audit_event WHERE number = 2",)),
    (
        "reordered",
        3,
        Wrong.REORDERED,
        (
            "UPDATE audit_event SET number = 99 WHERE number = 3",
            "UPDATE audit_event SET number = 3 WHERE number = 5",
            "UPDATE audit_event SET number = 5 WHERE number = 99",
        ),
    ),
    (
        "inserted",
        7,
        Wrong.INSERTED,
        (
            "INSERT INTO audit_event SELECT 7, at, tag, digest, hash, previous FROM audit_event"
            " WHERE number = 2",
        ),
    ),
    (
        "detail",
        5,
        Wrong.CONTENT_CHANGED,
        ("UPDATE audit_content SET detail = '{}' WHERE number = 5",),
    ),
    ("content", 5, Wrong.CONTENT_REMOVED, ("DELETE FROM audit_content WHERE number = 5",)),
    (
        "head",
        6,
        Wrong.HEAD,
        ("UPDATE audit_head SET hash = (SELECT digest FROM audit_event WHERE number = 5)",),
    ),
    ("tail", 5, Wrong.REMOVED, ("DELETE FROM audit_event WHERE number > 4",)),
]


@pytest.mark.parametrize(
    ("number", "wrong", "statements"),
    [meddling[1:] for meddling in MEDDLINGS],
    ids=[meddling[0] for meddling in MEDDLINGS],
)
def test_meddling_is_found(
    database: Database, number: int, wrong: Wrong, statements: tuple[str, ...]
) -> None:
    """Whatever was done to a row, the first trouble names it."""
    fill(database, 6)
    meddle(database, *statements)
    first = verified(database).troubles[0]
    assert (first.number, first.wrong) == (number, wrong)


def test_a_changed_instant_is_found(database: Database) -> None:
    """An instant that was moved, or is none any more, is a changed event."""
    fill(database, 6)
    meddle(database, _AT[database.engine.dialect.name])
    [trouble] = verified(database).troubles
    assert (trouble.number, trouble.wrong) == (3, Wrong.CHANGED)


def test_a_mended_cut_is_found_by_a_signed_head(database: Database) -> None:
    """Who cuts the end and mends the head is found out by a head from before."""
    fill(database, 6)
    with database.reading() as connection:
        signed = AuditTrail(connection).head()
        fourth = list(AuditTrail(connection).entries())[3].hash
    meddle(
        database,
        "DELETE FROM audit_event WHERE number > 4",
        "DELETE FROM audit_content WHERE number > 4",
        f"UPDATE audit_head SET number = 4, hash = '{fourth}'",  # noqa: S608
    )
    assert not verified(database).troubles
    [trouble] = verified(database, signed).troubles
    assert (trouble.number, trouble.wrong) == (5, Wrong.REMOVED)
    assert trouble.words == "events 5 to 6 of the chain: removed"


def test_a_content_of_no_event_is_found(database: Database) -> None:
    """A content whose event is not there does not go unseen."""
    fill(database, 3)
    meddle(
        database,
        "INSERT INTO audit_content SELECT 9, salt, actor, organization, detail"
        " FROM audit_content WHERE number = 1",
    )
    [trouble] = verified(database).troubles
    assert (trouble.number, trouble.wrong) == (9, Wrong.INSERTED)


def test_an_empty_trail_is_whole(database: Database) -> None:
    """Before anything has happened there is nothing wrong."""
    assert verified(database, Head(0, "0" * 64)).troubles == ()
