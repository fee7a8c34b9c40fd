"""Watch: keep a gateway and what runs beside it alive, and tell of every change."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from threading import Event

from regiongate.control.gateway import metrics
from regiongate.control.gateway.companions import Companion
from regiongate.control.gateway.enforce import Enforcer
from regiongate.control.gateway.run import relaunch
from regiongate.control.sources.ages import aged, alarm, recorded
from regiongate.gateway.envoy import Envoy
from regiongate.gateway.losses import Losses
from regiongate.gateway.state import State

_LOOK_EVERY = 0.5
_DECISIONS_EVERY = 0.1
_MEASURE_EVERY = 60.0
_PAUSE = 5.0
"""Between attempts to start an Envoy that does not start."""


def watch(
    state: State,
    workers: int | None,
    companions: Sequence[Companion],
    stop: Event,
    tell: Callable[[str], None],
    *,
    find_enforcer: Callable[[], Enforcer | None] = lambda: None,
) -> None:
    """Start Envoy and its companions again should they die; tell of every change.

    The metrics are written at once, at every change and every minute; a source that has become
    stale is told of. Once `find_enforcer` has found a store, what is decided there is put in force.

    Ends when `stop` is set, or when `regiongate down` asks for it.
    """
    over = _Watch(state, Envoy(state, workers), companions, tell, find_enforcer)
    while not stop.wait(_LOOK_EVERY if over.enforcer is None else _DECISIONS_EVERY):
        if state.stop_wanted():
            break
        over.put_in_force()
        if time.monotonic() >= over.due:
            over.look()


class _Watch:
    """What was seen at the last look, so that only what is new is told. `due` is the next one."""

    def __init__(
        self,
        state: State,
        envoy: Envoy,
        companions: Sequence[Companion],
        tell: Callable[[str], None],
        find_enforcer: Callable[[], Enforcer | None],
    ) -> None:
        self.enforcer: Enforcer | None = None
        self.due = 0.0
        self._state, self._envoy, self._companions = state, envoy, companions
        self._tell, self._find_enforcer = tell, find_enforcer
        self._losses = Losses(state, envoy)
        self._known, self._measured = state.current(), -_MEASURE_EVERY
        self._stale = _alarms(state, datetime.now(UTC)).keys()

    def put_in_force(self) -> None:
        """What is decided in the store, once there is one."""
        if self.enforcer is not None and (told := self.enforcer.look(datetime.now(UTC))):
            self._tell(told)

    def look(self) -> None:
        """Look at everything else, and mend what can be mended."""
        self.due = time.monotonic() + _LOOK_EVERY
        if self.enforcer is None:
            self._begin_to_enforce()
        if self._envoy.daemon.pid() is None and not relaunch(self._state, self._envoy, self._tell):
            self.due += _PAUSE
        for words in (*(one.revive() for one in self._companions), self._losses.look()):
            if words is not None:
                self._tell(words)
        if (current := self._state.current()) != self._known:
            self._known, self._measured = current, -_MEASURE_EVERY
            self._tell(f"generation {current} is in force")
        if time.monotonic() - self._measured >= _MEASURE_EVERY:
            self._measure()

    def _begin_to_enforce(self) -> None:
        self.enforcer = self._find_enforcer()
        if self.enforcer is not None:
            self.put_in_force()
            # What it holds stays; looked through for garbage, it would delay the next decision.
            gc.freeze()

    def _measure(self) -> None:
        self._measured, now = time.monotonic(), datetime.now(UTC)
        seconds = None if self.enforcer is None else self.enforcer.seconds
        metrics.write(self._state, now, seconds)
        found = _alarms(self._state, now)
        for name in found.keys() - self._stale:
            self._tell(f"ALARM: {found[name]}: see regiongate geo list")
        self._stale = found.keys()


def _alarms(state: State, at: datetime) -> dict[str, str]:
    """What there is to say of each source in force that is stale."""
    current = state.current()
    sources = () if current is None else recorded(state.manifest(current))
    return {str(one["name"]): alarm(one, at) for one in sources if aged(one, at)["stale"]}
