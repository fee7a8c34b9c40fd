"""So many messages a minute and no more."""

from __future__ import annotations

from collections.abc import Callable


class Pace:
    """Spaces what happens evenly: `wait` returns when the next message may go.

    `clock` gives seconds that only grow, `sleep` waits for some. `per_minute` None is no limit.
    """

    def __init__(
        self, per_minute: int | None, clock: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        self._gap = 0.0 if per_minute is None else 60.0 / per_minute
        self._clock, self._sleep = clock, sleep
        self._next: float | None = None

    def wait(self) -> None:
        """Wait for the next turn, and take it."""
        now = self._clock()
        if self._next is not None and self._next > now:
            self._sleep(self._next - now)
            now = max(self._next, self._clock())
        self._next = now + self._gap
