"""What the control process did to a gateway, one JSON object a line."""

from __future__ import annotations

import fcntl
import json
import os
from datetime import UTC, datetime
from typing import Any

from regiongate.gateway.state import State


def note(state: State, event: str, **facts: Any) -> None:
    """Append an event. A full disk must not stop an emergency swap, so that failure is let go.

    Half a line would make the next event unreadable too, so what fits only in part is taken back;
    the lock keeps another process from appending to it in between.
    """
    moment = datetime.now(UTC).isoformat(timespec="milliseconds")
    line = json.dumps({"time": moment, "event": event, **facts}, ensure_ascii=False) + "\n"
    content = line.encode("utf-8", "replace")
    try:
        with state.events.open("ab", buffering=0) as log:
            fcntl.flock(log, fcntl.LOCK_EX)
            end = log.seek(0, os.SEEK_END)
            if log.write(content) < len(content):
                log.truncate(end)
    except OSError:
        return
