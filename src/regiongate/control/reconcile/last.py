"""When the cases of a state directory were last reconciled: a turn that nobody takes is missed."""

from __future__ import annotations

import json
from datetime import datetime

from regiongate.gateway.state import State, replace

FILE = "reconciled.json"


def note_turn(state: State, at: datetime) -> None:
    """Note that a turn was taken at an instant. Raises CannotRun."""
    replace(state.root / FILE, json.dumps({"at": at.isoformat()}).encode() + b"\n")


def last_turn(state: State) -> datetime | None:
    """When the last turn was taken; None where none is known of."""
    try:
        content = json.loads((state.root / FILE).read_text("utf-8"))
        return datetime.fromisoformat(content["at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
