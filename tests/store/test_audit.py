"""The audit trail in the store: one order for all writers, and guards against changes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from regiongate.domain import chain
from regiongate.domain.audit import AuditEvent, Tag
from regiongate.domain.chain import Head
from regiongate.domain.errors import CannotRun
from regiongate.store.audit import AuditTrail, Which
from regiongate.store.database import Database
from tests.support.audit_trails import AT, events, fill, verified


def test_events_are_chained_when_the_transaction_commits(database: Database) -> None:
    """Events stand in the order of writing, from 1, whoever wrote them in a transaction."""
    with database.writing() as connection:
        AuditTrail(connection).write(events(2))
        AuditTrail(connection).write([replace(events(1)[0], organization=None)])
        assert AuditTrail(connection).count() == 0
    with database.reading() as connection:
        found = list(AuditTrail(connection).entries())
        head = AuditTrail(connection).head()
    assert [entry.number for entry in found] == [1, 2, 3]
    assert found[0].previous == chain.START
    assert found[2].content is not None
    assert found[2].content.organization is None
    assert head == Head(3, found[2].hash)
    assert not verified(database).troubles


def test_nothing_is_written_of_what_is_undone(database: Database) -> None:
    """A transaction that fails leaves no event; within a savepoint none can be written."""
    with pytest.raises(RuntimeError), database.writing() as connection:
        AuditTrail(connection).write(events(3))
        raise RuntimeError
    with database.writing() as connection:
        AuditTrail(connection).write(events(1))
        with connection.begin_nested(), pytest.raises(RuntimeError, match="savepoint"):
            AuditTrail(connection).write(events(5))
    with database.reading() as connection:
        assert AuditTrail(connection).head().number == AuditTrail(connection).count() == 1


def test_the_same_event_twice_has_two_digests(database: Database) -> None:
    """The salt keeps anyone from finding out what was erased by trying."""
    fill(database, 1)
    fill(database, 1)
    with database.reading() as connection:
        one, other = AuditTrail(connection).entries()
    assert one.digest != other.digest


def test_writers_at_the_same_time_make_one_chain(database: Database) -> None:
    """Eight writers with ten transactions each leave a chain without gap or fork."""

    def write(writer: int) -> None:
        for _ in range(10):
            fill(database, 3, f"org-{writer}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    assert (verified(database).events, verified(database).troubles) == (240, ())


def test_writers_that_wait_for_one_another_do_not_lock_each_other_out(store_url: str) -> None:
    """Whoever writes first of another thing and then of the trail never meets a deadlock."""
    one, other = Database.open(store_url), Database.open(store_url)
    if one.engine.dialect.name == "postgresql":
        with one.writing() as first:
            AuditTrail(first).write(events(1))
            # On SQLite the second would wait for the first one's end.
            with other.writing() as second:
                AuditTrail(second).write(events(2))
        assert (verified(one).events, verified(one).troubles) == (3, ())
    one.close()
    other.close()


def test_a_verification_meanwhile_sees_one_state(database: Database) -> None:
    """Events that others write during a verification do not make it see a broken end."""
    fill(database, 5)
    with database.reading() as connection:
        trail = AuditTrail(connection)
        trail.hold_still()
        before = trail.head()
        fill(database, 5)
        assert [entry.number for entry in trail.entries()][-1] == before.number == trail.count()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET tag = 'case:released'",
        "DELETE FROM audit_event",
        "UPDATE audit_content SET actor = 'mallory'",
        "DELETE FROM audit_head",
        "INSERT INTO audit_head SELECT 2, number, hash FROM audit_head",
        "INSERT INTO audit_head SELECT 1, number, hash FROM audit_head",
    ],
)
def test_changes_are_refused(database: Database, statement: str) -> None:
    """No event changes or goes, no content changes, and there is one head."""
    fill(database, 2)
    with pytest.raises(CannotRun, match="refuses"), database.writing() as connection:
        connection.exec_driver_sql(statement)
    assert not verified(database).troubles


@pytest.mark.parametrize(
    "wrong",
    [
        {"at": AT.replace(tzinfo=None)},
        {"detail": {"share": float("nan")}},
        {"detail": {"words": "\ud800"}},
        {"organization": "a\0b"},
    ],
)
def test_what_cannot_be_written_is_said_at_once(database: Database, wrong: dict[str, Any]) -> None:
    """An event that has no canonical form is refused when it is written, not at the commit."""
    event = replace(events(1)[0], **wrong)
    with database.writing() as connection, pytest.raises(ValueError, match=r"."):
        AuditTrail(connection).write([event])


def test_filters(database: Database) -> None:
    """Events are found by organization, tag, actor and time; all that is said must hold."""
    fill(database, 4)
    fill(database, 2, "globex")
    with database.writing() as connection:
        said: dict[str, Any] = {"at": AT, "organization": None, "detail": {}}
        AuditTrail(connection).write([AuditEvent(actor="root", tag=Tag.PERSON_ADDED, **said)])
    with database.reading() as connection:
        trail = AuditTrail(connection)

        def found(**which: Any) -> list[int]:
            return [entry.number for entry in trail.entries(Which(**which))]

        assert found(organization="globex") == [5, 6]
        assert found(tags=(Tag.PERSON_ADDED.value,)) == [7]
        assert found(actor="root") == [7]
        assert found(actor="root", organization="acme") == []
        late = {"since": AT + timedelta(minutes=2), "until": AT + timedelta(minutes=4)}
        assert found(**late) == [2, 3, 6]
        assert [e.number for e in trail.entries(newest_first=True)] == [7, 6, 5, 4, 3, 2, 1]


def test_erasure_of_contents_keeps_the_digests(database: Database) -> None:
    """What events say of an organization goes; the events stay, and what others' say."""
    fill(database, 2)
    fill(database, 2, "globex")
    with database.writing() as connection:
        assert AuditTrail(connection).erase("acme") == [1, 2]
    with database.reading() as connection:
        left = [entry.content is None for entry in AuditTrail(connection).entries()]
    assert left == [True, True, False, False]
