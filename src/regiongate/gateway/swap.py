"""Put an installed bundle in force: one rename, then look; what does not hold is taken back."""

from __future__ import annotations

import time
from dataclasses import dataclass

from regiongate.compiler.envoy.files import GATE
from regiongate.domain.errors import CannotRun
from regiongate.gateway import events
from regiongate.gateway.envoy import Envoy
from regiongate.gateway.probe import probe
from regiongate.gateway.socket import Unreachable
from regiongate.gateway.state import State, replace


@dataclass(frozen=True, slots=True)
class Swapped:
    """A swap that held; `seconds` from before the rename until every probe had agreed."""

    generation: str
    parent: str | None
    seconds: float


def swap(state: State, envoy: Envoy, generation: str) -> Swapped:
    """Make the running Envoy obey a generation.

    Raises CannotRun, with the old generation still in force, when Envoy refuses the bundle, when
    the probes disagree with it, or when it cannot be noted as the one in force.
    """
    parent = state.current()
    begun = time.monotonic()
    try:
        _run(state, envoy, generation)
        _agree(state, generation)
        state.make_current(generation)
    except CannotRun as error:
        if parent is not None and parent != generation:
            _run_again(state, envoy, parent)
        events.note(state, "swap-refused", generation=generation, kept=parent, reason=str(error))
        raise
    seconds = time.monotonic() - begun
    events.note(state, "swapped", generation=generation, parent=parent, seconds=round(seconds, 3))
    return Swapped(generation, parent, seconds)


def show_gate(state: State, generation: str) -> None:
    """Rename the gate of a generation to where Envoy watches."""
    replace(state.gate, (state.bundle(generation) / GATE).read_bytes())


def _run(state: State, envoy: Envoy, generation: str, patience: float = 10.0) -> None:
    """Let Envoy take the gate, and wait until it says that it has, or that it has not."""
    try:
        refused = envoy.gate_stats().rejected
        show_gate(state, generation)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            stats = envoy.gate_stats()
            if stats.version == generation:
                return
            if stats.rejected > refused:
                raise CannotRun(f"Envoy refused the bundle: {envoy.daemon.last_words()}")
            time.sleep(0.01)
    except Unreachable as error:
        raise CannotRun(f"Envoy does not answer: {error}") from error
    raise CannotRun(f"Envoy did not take the bundle within {patience:.0f} s")


def _agree(state: State, generation: str, patience: float = 2.0) -> None:
    """The workers follow the main thread within milliseconds; so ask again before giving up."""
    deadline = time.monotonic() + patience
    while wrong := probe(state, generation):
        if time.monotonic() > deadline:
            shown = "; ".join(str(row) for row in wrong[:3])
            raise CannotRun(f"{len(wrong)} probes disagree with the bundle: {shown}")
        time.sleep(0.02)


def _run_again(state: State, envoy: Envoy, parent: str) -> None:
    """Take a swap back; if even that fails, the events say so and Envoy keeps what it has."""
    try:
        _run(state, envoy, parent)
    except CannotRun as error:
        events.note(state, "rollback-failed", generation=parent, reason=str(error))
