"""What the control process notes stays readable, one JSON object a line."""

from __future__ import annotations

import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from regiongate.gateway import events
from regiongate.gateway.state import State


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """No file of this process can grow beyond so many bytes while the block runs."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def noted(state: State) -> list[Any]:
    """What stands in the log, a line that is not JSON being an error."""
    return [json.loads(line) for line in state.events.read_text("utf-8").splitlines()]


def test_an_event_that_fits_only_in_part_is_taken_back(tmp_path: Path) -> None:
    """Where the disk is full an event is lost whole, and those before and after stay readable."""
    state = State(tmp_path)
    state.prepare()
    events.note(state, "first")
    with files_of_at_most(state.events.stat().st_size + 20):
        events.note(state, "second")
    events.note(state, "third", reason="Das Maß ist voll.")
    assert [row["event"] for row in noted(state)] == ["first", "third"]
    assert noted(state)[1]["reason"] == "Das Maß ist voll."
