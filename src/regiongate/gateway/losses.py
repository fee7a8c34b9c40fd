"""Lines of the access log that did not fit on the disk: Envoy keeps none of them for later."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from regiongate.gateway import events
from regiongate.gateway.envoy import Envoy, Writes
from regiongate.gateway.state import State
from regiongate.gateway.unix_http import Unreachable


@dataclass(slots=True)
class Losses:
    """Watches whether the access log is complete; `since` is when it ceased to be, or None."""

    state: State
    envoy: Envoy
    known: Writes = field(default_factory=lambda: Writes(0, 0))
    since: str | None = None

    def look(self) -> str | None:
        """Note when lines begin to be lost and when they are written again, in words to tell.

        Without a request nothing is written, so only a write that succeeds ends the loss.
        """
        try:
            now = self.envoy.writes()
        except Unreachable:
            return None  # It died, or starts; whoever watches it says so.
        before, self.known = self.known, now
        if now.failed > before.failed:
            return self._begun(now) if self.since is None else None
        if self.since is not None and now.completed > before.completed:
            return self._ended(now, self.since)
        return None

    def _begun(self, now: Writes) -> str:
        self.since = datetime.now(UTC).isoformat(timespec="milliseconds")
        events.note(self.state, "access-log-lost", failed_writes=now.failed)
        return f"requests go unlogged, {self.state.access_log} cannot be written: is the disk full?"

    def _ended(self, now: Writes, since: str) -> str:
        self.since = None
        events.note(self.state, "access-log-resumed", since=since, failed_writes=now.failed)
        return f"the access log is written again; it lacks lines since {since}"
