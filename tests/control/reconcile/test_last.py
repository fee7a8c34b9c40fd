"""When the last turn was taken, and what a turn forgets."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from regiongate.control.access.once import LASTS, keep, once
from regiongate.control.reconcile.last import FILE, last_turn, note_turn
from regiongate.gateway.state import State
from regiongate.store.access_tables import ANSWER
from regiongate.store.database import Database
from tests.control.reconcile.test_turn import taken
from tests.support.access import begin_with_people
from tests.support.cases import WARN


def test_the_last_turn_is_noted(tmp_path: Path) -> None:
    """It is known from then on, and not before."""
    state = State(tmp_path)
    assert last_turn(state) is None
    note_turn(state, WARN)
    note_turn(state, WARN + timedelta(hours=1))
    assert last_turn(state) == WARN + timedelta(hours=1)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"at": 7}', '{"at": "yesterday"}'])
def test_what_cannot_be_read_is_no_turn(tmp_path: Path, content: str) -> None:
    """Nobody is told that one was taken."""
    (tmp_path / FILE).write_text(content)
    assert last_turn(State(tmp_path)) is None


def test_a_turn_forgets_old_answers(database: Database) -> None:
    """Those that were kept for whoever asks for the same change twice; younger ones stay."""
    begin_with_people(database)
    with database.writing() as connection:
        for key, at in (("old", WARN - LASTS), ("new", WARN)):
            assert once(connection, "li", key, "1" * 64, at) is None
            keep(connection, "li", key, 200, {}, b"{}")
    taken(database, WARN)
    with database.reading() as connection:
        assert [row.key for row in connection.execute(ANSWER.select())] == ["new"]
