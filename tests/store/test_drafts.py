"""Drafts of policies as they are kept."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from regiongate.domain.draft import DraftState
from regiongate.domain.errors import CannotRun
from regiongate.store.database import Database
from regiongate.store.drafts import DRAFT, Drafts
from tests.support.house import WARN


def test_a_draft_is_kept_as_it_was_written(database: Database) -> None:
    """Text, author and reason come back, and the next draft has the next number."""
    with database.writing() as connection:
        first = Drafts(connection).propose("a: 1\n", None, "otto", WARN, "a new date")
        second = Drafts(connection).propose("a: 2\n", "1-00000000", "otto", WARN, "another")
    with database.reading() as connection:
        assert Drafts(connection).get(1) == first
        assert Drafts(connection).latest(10) == [second, first]
        assert Drafts(connection).waiting() == [first, second]


def test_what_was_decided_waits_no_more(database: Database) -> None:
    """A published draft has its generation and who published it; a withdrawn one has none."""
    with database.writing() as connection:
        drafts = Drafts(connection)
        one, two = (drafts.propose("a: 1\n", None, "otto", WARN, "why") for _ in range(2))
        done = drafts.publish(one, "anna", WARN, "2-0a1b2c3d")
        drafts.withdraw(two, "otto", WARN)
    with database.reading() as connection:
        assert Drafts(connection).get(1) == done
        assert done.state is DraftState.PUBLISHED
        assert Drafts(connection).waiting() == []


def test_nobody_publishes_their_own_draft_even_by_hand(database: Database) -> None:
    """The schema refuses it, whoever writes the row."""
    with database.writing() as connection:
        Drafts(connection).propose("a: 1\n", None, "otto", WARN, "why")
    with pytest.raises(CannotRun, match="four_eyes"), database.writing() as connection:
        connection.execute(
            sa.update(DRAFT).values(
                state="published", decided_by="otto", decided_at=WARN, generation="2-0a1b2c3d"
            )
        )
