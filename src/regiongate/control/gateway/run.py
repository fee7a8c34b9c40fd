"""Run: start a gateway or find the one that runs, start it again, stop it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from regiongate.compiler.bundle import to_json
from regiongate.compiler.envoy.files import BOOTSTRAP
from regiongate.compiler.envoy.settings import Settings, from_record, to_record
from regiongate.compiler.envoy.slots import SLOTS
from regiongate.compiler.reader import BundleReader
from regiongate.compiler.snapshot import Inputs
from regiongate.control.gateway import metrics, standings
from regiongate.control.gateway.companions import stop_all
from regiongate.control.gateway.publish import KEEP, install
from regiongate.domain.errors import CannotRun
from regiongate.gateway import events
from regiongate.gateway.envoy import Envoy, require_free
from regiongate.gateway.slots import DATABASES, fill_database, fill_gate
from regiongate.gateway.state import State, replace
from regiongate.gateway.swap import agree


@dataclass(frozen=True, slots=True)
class Started:
    """A gateway that serves: `found` running already or not.

    `differs` when the one found enforces something else than it would have been started with.
    """

    generation: str
    found: bool
    differs: bool


def start(
    state: State, settings: Settings, what: Inputs, at: datetime, workers: int | None
) -> Started:
    """Start a gateway, or pick up the one that runs in the state directory.

    A running one is left as it is, whatever it enforces: somebody may have published that. Other
    settings are an error, because they would need a restart that drops connections.
    """
    state.prepare()
    envoy = Envoy(state, workers)
    if envoy.running():
        return _pick_up(state, settings, what)
    for where in settings.listen:
        require_free(where)
    replace(state.settings, to_json(to_record(settings)))
    generation = _install_if_new(state, settings, what, at)
    _launch(state, envoy, settings, generation)
    state.forget_old(KEEP)
    events.note(state, "started", generation=generation, settings=to_record(settings))
    return Started(generation, found=False, differs=False)


def relaunch(state: State, envoy: Envoy, tell: Callable[[str], None]) -> bool:
    """Start Envoy again with what was in force; no publish may come between.

    Says whether it runs; why it does not is told.
    """
    events.note(state, "envoy-died", words=envoy.daemon.last_words())
    tell("Envoy died; starting it again")
    try:
        with state.lock("publish", "a publish is under way"):
            current = state.current()
            if current is None:
                raise CannotRun(f"{state.root} has no generation to start with")
            _launch(state, envoy, settings_of(state), current)
    except CannotRun as error:
        tell(str(error))
        events.note(state, "envoy-restart-failed", reason=str(error))
        return False
    events.note(state, "envoy-restarted", generation=current)
    return True


def serves(state: State) -> bool:
    """Whether a gateway runs in a state directory."""
    return Envoy(state).running()


def stop(state: State) -> None:
    """Stop the gateway and its companions."""
    Envoy(state).stop()
    stop_all(state)
    metrics.forget(state)
    events.note(state, "stopped")


def down(state: State, patience: float = 15.0) -> None:
    """Stop a gateway from outside: the process that watches over it ends too, if there is one."""
    if not state.root.is_dir():
        raise CannotRun(f"no gateway has run in {state.root}: name its --state")
    state.want_stop(True)
    try:
        stop(state)
        deadline = time.monotonic() + patience
        while state.is_locked("up"):
            if time.monotonic() > deadline:
                raise CannotRun(f"`regiongate up` for {state.root} does not end: stop it by hand")
            time.sleep(0.1)
        stop(state)
    finally:
        state.want_stop(False)


def settings_of(state: State) -> Settings:
    """The settings of the gateway in a state directory."""
    try:
        return from_record(json.loads(state.settings.read_text("utf-8")))
    except (OSError, ValueError, KeyError) as error:
        message = f"no gateway has run in {state.root}: start one with `regiongate up`"
        raise CannotRun(message) from error


def _pick_up(state: State, settings: Settings, what: Inputs) -> Started:
    if settings_of(state) != settings:
        message = f"a gateway with other settings runs in {state.root}"
        raise CannotRun(f"{message}: stop it with `regiongate down`, or name another --state")
    current = state.current()
    if current is None:
        raise CannotRun(f"{state.root} has no current generation: stop it with `regiongate down`")
    events.note(state, "picked-up", generation=current)
    differs = state.manifest(current)["inputs"] != what.digest()
    if differs:
        # What the store has decided since then is put in force in any case.
        bundle = BundleReader(state.bundle(current))
        said = standings.applied(what, standings.of_bundle(bundle))
        differs = bundle.manifest["inputs"] != said.digest()
    return Started(current, found=True, differs=differs)


def _install_if_new(state: State, settings: Settings, what: Inputs, at: datetime) -> str:
    """The generation that was last in force, when nothing has changed since; else a new one."""
    current = state.current()
    if current is not None and state.bundle(current).is_dir():
        manifest = state.manifest(current)
        if manifest["inputs"] == what.digest() and manifest["settings"] == to_record(settings):
            return current
    return install(state, settings, what, at)


def _launch(state: State, envoy: Envoy, settings: Settings, generation: str) -> None:
    """Start Envoy with a generation in both slots, and believe it only when the probes agree."""
    before = (state.slot(), state.current())
    replace(state.bootstrap, (state.bundle(generation) / BOOTSTRAP).read_bytes())
    for slot in SLOTS:
        for name in DATABASES:
            fill_database(state, slot, generation, name)
        fill_gate(state, slot, generation)
    state.choose(SLOTS[0], generation)
    try:
        envoy.start(settings.listen)
        agree(state, SLOTS[0], generation)
    except CannotRun:
        envoy.stop()
        if before[0] is not None and before[1] is not None:
            state.choose(before[0], before[1])
        else:
            state.select.unlink()
        raise
