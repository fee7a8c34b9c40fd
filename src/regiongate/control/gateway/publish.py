"""Publish: compile, verify, and put in force without a restart, or change nothing."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from regiongate.compiler.bundle import MANIFEST, POLICY_FILE
from regiongate.compiler.envoy.files import BOOTSTRAP
from regiongate.compiler.envoy.settings import Settings, to_record
from regiongate.compiler.lookup import atlas_finder
from regiongate.compiler.manifest import files_of
from regiongate.compiler.reader import BundleReader
from regiongate.compiler.snapshot import Inputs, Parent, Snapshot, parent_of
from regiongate.compiler.verify import OpenBundle, examine
from regiongate.control.gateway import build
from regiongate.domain.errors import CannotRun, Problem, ProblemsFound
from regiongate.gateway import events
from regiongate.gateway.envoy import Envoy
from regiongate.gateway.state import State
from regiongate.gateway.swap import Swapped, swap
from regiongate.policyfile.tests import Outcome, Result, run

KEEP = 10
"""How many old bundles stay, for `explain` and for going back."""


_BUSY = "another publish is under way"


class UnderWay(CannotRun):
    """Another publish is under way."""


@dataclass(frozen=True, slots=True)
class Held:
    """A generation that was made and found sound here: what the one after it need not do again."""

    generation: str
    parent: Parent
    bundle: OpenBundle


def publish(
    state: State, settings: Settings, what: Inputs, at: datetime, envoy: Envoy | None = None
) -> Swapped:
    """Compile the inputs and make the running gateway obey them."""
    return publish_after(state, settings, what, at, envoy=envoy or Envoy(state))[0]


def publish_after(
    state: State,
    settings: Settings,
    what: Inputs,
    at: datetime,
    *,
    envoy: Envoy,
    held: Held | None = None,
) -> tuple[Swapped, Held]:
    """The same, by what is `held` of the generation in force, for the next time."""
    with _alone(state), _refusal_noted(state):
        made = _install(state, settings, what, at, held=held, running=True)
        with _removed_when_refused(state, made.generation, was_there=False):
            return _swap(state, envoy, made.generation), made


def publish_bundle(state: State, settings: Settings, folder: Path) -> Swapped:
    """Make the running gateway obey a bundle built elsewhere, or an older one of its own."""
    with _alone(state), _refusal_noted(state):
        files = files_of(folder)
        generation = str(json.loads(files[MANIFEST])["generation"])
        with _removed_when_refused(state, generation):
            state.install(files)
            _require_sound(state, settings, generation)
            _require_same_start(state, generation)
        return _swap(state, Envoy(state), generation)


def install(
    state: State, settings: Settings, what: Inputs, at: datetime, *, running: bool = False
) -> str:
    """Compile, install and verify a bundle; nothing is in force yet.

    For a gateway that is `running` already, it must also fit what that one was started with.
    Raises ProblemsFound when a test of the policy fails, CannotRun when the bundle is not sound.
    """
    return _install(state, settings, what, at, held=None, running=running).generation


def hold(state: State, generation: str) -> Held:
    """An installed generation, read and found sound; CannotRun when it is not.

    Envoy is not asked: it runs it.
    """
    found, bundle = examine(state.bundle(generation), envoy=False)
    if found or bundle is None:
        raise CannotRun(f"the bundle {generation} is damaged: {found[0]}")
    parent, atlas, book = bundle.parent(), bundle.atlas(), bundle.book()
    kept = replace(parent, atlas=lambda: atlas, book=lambda: book)
    return Held(generation, kept, bundle)


def _install(
    state: State,
    settings: Settings,
    what: Inputs,
    at: datetime,
    *,
    held: Held | None,
    running: bool,
) -> Held:
    current = state.current()
    if held is not None and held.generation != current:
        held = None  # Somebody has published meanwhile.
    parent = None if held is None else held.parent
    if parent is None and current is not None and state.bundle(current).is_dir():
        parent = BundleReader(state.bundle(current)).parent()
    frozen = build.freeze(what, at, parent)
    if held is None or frozen.atlas is not held.parent.atlas():
        require_tests(frozen)
    with _removed_when_refused(state, frozen.generation):
        generation = state.install(build.bundle_files(frozen, settings), like=current)
        bundle = _require_sound(state, settings, generation, None if held is None else held.bundle)
        if running:
            _require_same_start(state, generation)
    return Held(generation, parent_of(frozen), bundle)


def require_tests(frozen: Snapshot) -> None:
    """A policy whose own tests fail cannot come into force; raises ProblemsFound."""
    policy = replace(frozen.policy, rulings=())  # A test speaks of the policy alone.
    results = run(policy, atlas_finder(frozen.atlas, policy)) if policy.tests else []
    failed = [row for row in results if row.outcome is not Outcome.PASSED]
    problems = [_problem(row, str(frozen.inputs.policy_path or POLICY_FILE)) for row in failed]
    if problems:
        raise ProblemsFound(problems)


def _problem(row: Result, file: str) -> Problem:
    remedy = "mend the policy or the test: it is not published while they disagree"
    return Problem(file, row.test.line, 1, "test-failed", str(row), remedy)


@contextmanager
def _alone(state: State) -> Iterator[None]:
    """One publish at a time; a second one is told so instead of waiting. Raises UnderWay."""
    with ExitStack() as held:
        try:
            held.enter_context(state.lock("publish", f"{_BUSY} in {state.root}: try again"))
        except CannotRun as error:
            raise UnderWay(str(error)) from error
        yield


@contextmanager
def _refusal_noted(state: State) -> Iterator[None]:
    """Whatever keeps a publish from coming into force stands in the events, with what stays."""
    try:
        yield
    except (CannotRun, ProblemsFound) as error:
        events.note(state, "publish-refused", kept=state.current(), reason=str(error))
        raise


@contextmanager
def _removed_when_refused(
    state: State, generation: str, was_there: bool | None = None
) -> Iterator[None]:
    """Remove a bundle whose installation here ends in a refusal; one that was there before stays.

    An older generation is what `explain` needs for the requests that it decided, and the one in
    force what Envoy reads.
    """
    folder = state.bundle(generation)
    if was_there is None:
        was_there = folder.exists()
    try:
        yield
    except BaseException:
        if not was_there and state.current() != generation:
            shutil.rmtree(folder, ignore_errors=True)
        raise


def _require_sound(
    state: State, settings: Settings, generation: str, sound: OpenBundle | None = None
) -> OpenBundle:
    """Refuse a bundle that does not verify; the reason is kept in the events.

    What is as it was in a `sound` one, need not be looked at again.
    """
    found, bundle = examine(state.bundle(generation), sound)
    findings = [str(finding) for finding in found]
    if not findings and state.manifest(generation).get("settings") != to_record(settings):
        findings = ["it was built for a gateway with other settings"]
    if findings:
        events.note(state, "bundle-refused", generation=generation, findings=findings)
    if findings or bundle is None:
        raise CannotRun(f"the bundle {generation} does not verify: {'; '.join(findings[:3])}")
    return bundle


def _require_same_start(state: State, generation: str) -> None:
    """Refuse a bundle that counts on listeners or clusters with which Envoy was not started.

    Without a start configuration no gateway runs; the swap says so.
    """
    needed = (state.bundle(generation) / BOOTSTRAP).read_bytes()
    if state.bootstrap.exists() and state.bootstrap.read_bytes() != needed:
        why = "it needs another start configuration: restart the gateway with it"
        raise CannotRun(f"the bundle {generation} cannot be published: {why}")


def _swap(state: State, envoy: Envoy, generation: str) -> Swapped:
    swapped = swap(state, envoy, generation)
    state.forget_old(KEEP)
    return swapped
