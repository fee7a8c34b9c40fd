"""Put an installed bundle in force: fill the free slot, probe it, then choose it.

Until it is chosen nothing has changed for any request, so what goes wrong needs no undoing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from regiongate.compiler.envoy.slots import SLOTS
from regiongate.domain.errors import CannotRun
from regiongate.gateway import events
from regiongate.gateway.envoy import Envoy, Stats
from regiongate.gateway.probe import probe
from regiongate.gateway.slots import DATABASES, empty_database, fill_database, fill_gate
from regiongate.gateway.state import State
from regiongate.gateway.unix_http import Unreachable

_PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Swapped:
    """A swap that held; `seconds` from before the slot was filled until it was in force."""

    generation: str
    parent: str | None
    seconds: float


def swap(state: State, envoy: Envoy, generation: str) -> Swapped:
    """Make the running Envoy obey a generation.

    Raises CannotRun, with the old generation still in force, when Envoy refuses the bundle, when
    the probes disagree with it, or when a file cannot be written.
    """
    parent, taken = state.current(), state.slot()
    free = SLOTS[1] if taken == SLOTS[0] else SLOTS[0]
    begun = time.monotonic()
    try:
        _fill(state, envoy, free, generation)
        agree(state, free, generation)
        _choose(state, envoy, free, generation)
    except (CannotRun, Unreachable) as error:
        if parent is not None and taken is not None and state.current() != parent:
            state.choose(taken, parent)
        events.note(state, "swap-refused", generation=generation, kept=parent, reason=str(error))
        raise CannotRun(str(error)) from error
    seconds = time.monotonic() - begun
    events.note(state, "swapped", generation=generation, parent=parent, seconds=round(seconds, 3))
    return Swapped(generation, parent, seconds)


def agree(state: State, slot: str, generation: str, patience: float = 2.0) -> None:
    """The probes of a slot agree with its bundle; CannotRun when they do not.

    The workers follow the main thread within milliseconds, so ask again before giving up.
    """
    deadline = time.monotonic() + patience
    while wrong := probe(state, slot, generation):
        if time.monotonic() > deadline:
            shown = "; ".join(str(row) for row in wrong[:3])
            raise CannotRun(f"{len(wrong)} probes disagree with the bundle: {shown}")
        time.sleep(0.02)


def _fill(state: State, envoy: Envoy, slot: str, generation: str) -> None:
    """Let Envoy take databases and gate, and wait until it says that it has, or that it has not."""
    before = envoy.stats()
    for name in DATABASES:
        if fill_database(state, slot, generation, name):
            _await_database(state, envoy, slot, name, before)
    fill_gate(state, slot, generation)
    _wait(envoy, before, lambda now: now.gates.get(slot) == generation, "the gate")


def _await_database(state: State, envoy: Envoy, slot: str, name: str, before: Stats) -> None:
    what = f"the database {name}"
    try:
        _wait(envoy, before, lambda now: now.reloaded[name] > before.reloaded[name], what)
    except (CannotRun, Unreachable):
        empty_database(state, slot, name)
        raise


def _choose(state: State, envoy: Envoy, slot: str, generation: str) -> None:
    before = envoy.stats()
    state.choose(slot, generation)
    _wait(envoy, before, lambda now: now.selected == generation, "the choice of the slot")


def _wait(envoy: Envoy, before: Stats, done: Callable[[Stats], bool], what: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not done(now := envoy.stats()):
        if now.refused > before.refused:
            raise CannotRun(f"Envoy refused {what}: {envoy.daemon.last_words()}")
        if time.monotonic() > deadline:
            raise CannotRun(f"Envoy did not take {what} within {_PATIENCE:.0f} s")
        time.sleep(0.005)
