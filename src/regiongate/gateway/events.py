"""What the control process did to a gateway, one JSON object a line."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from regiongate.gateway.state import State


def note(state: State, event: str, **facts: Any) -> None:
    """Append an event. A full disk must not stop an emergency swap, so that failure is let go."""
    line = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event, **facts}
    try:
        with state.events.open("a", encoding="utf-8") as log:
            log.write(json.dumps(line, ensure_ascii=False) + "\n")
    except OSError:
        return
