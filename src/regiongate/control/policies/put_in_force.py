"""Put a policy in force: a draft by a second person, or an older generation once more."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from regiongate.compiler.bundle import ORGANIZATIONS, POLICY, POLICY_FILE
from regiongate.compiler.envoy.settings import Settings
from regiongate.control.acting import acting
from regiongate.control.gateway import build, run, standings
from regiongate.control.gateway.publish import publish, publish_bundle
from regiongate.control.policies.kept import kept
from regiongate.control.policies.propose import waiting
from regiongate.control.policies.written import written
from regiongate.domain.audit import AuditEvent, Tag
from regiongate.domain.draft import Draft
from regiongate.domain.errors import CannotRun
from regiongate.domain.role import Act
from regiongate.gateway.state import State
from regiongate.gateway.swap import Swapped
from regiongate.geo.store.catalogue import Catalogue
from regiongate.store.audit import AuditTrail
from regiongate.store.database import Database
from regiongate.store.drafts import Drafts


def put_in_force(
    state: State,
    database: Database,
    catalogue: Catalogue,
    number: int,
    *,
    person: str,
    at: datetime,
) -> Draft:
    """Publish a draft that somebody else wrote; it is in force at the gateway when this returns.

    Raises CannotRun when the person may not, wrote it themselves, the policy in force is another
    than it was written against, or the gateway refuses it; ProblemsFound when its own tests fail.
    """
    with database.reading() as connection:
        actor = acting(connection, person, Act.PUBLISH_POLICY)
        draft = waiting(connection, number)
        said = standings.of_store(database, at)
    if draft.by == actor.name:
        raise CannotRun(f"{actor.name} wrote the draft {number}: somebody else publishes it")
    _require_base(state, draft)
    with written(draft.text, state) as path:
        what = build.inputs(path, _organizations(state), catalogue)
        swapped = publish(state, _settings(state), standings.applied(what, said), at)
    # It is in force from here on. A crash before this is written leaves a draft that waits, and
    # publishing it again puts the same in force.
    with database.writing() as connection:
        return Drafts(connection).publish(draft, actor.name, at, swapped.generation)


def roll_back(
    state: State, database: Database, generation: str, *, person: str, reason: str, at: datetime
) -> Swapped:
    """Put an older generation in force once more. Raises CannotRun.

    One person suffices: what is wrong at the gateway cannot wait for a second.
    """
    with database.reading() as connection:
        actor = acting(connection, person, Act.PUBLISH_POLICY)
    swapped = publish_bundle(state, _settings(state), kept(state, generation))
    detail = {"generation": swapped.generation, "was": swapped.parent, "reason": reason}
    with database.writing() as connection:
        AuditTrail(connection).write(
            [AuditEvent(at, actor.name, Tag.POLICY_ROLLED_BACK, None, detail)]
        )
    return swapped


def _require_base(state: State, draft: Draft) -> None:
    """Raise CannotRun where a policy was published that whoever wrote the draft did not see.

    Decisions about cases make generations too, and change no policy.
    """
    current = state.current()
    if draft.base is None or current is None or draft.base == current:
        return
    was, now = (_policy_of(state, one) for one in (draft.base, current))
    if was is None or was != now:
        raise CannotRun(
            f"another policy was published since draft {draft.number} was written, against"
            f" {draft.base}: withdraw it, and propose it anew against {current}"
        )


def _policy_of(state: State, generation: str) -> bytes | None:
    path = state.bundle(generation) / POLICY / POLICY_FILE
    return path.read_bytes() if path.is_file() else None


def _settings(state: State) -> Settings:
    if not run.serves(state):
        raise CannotRun(f"no gateway runs in {state.root}: start one with `regiongate up`")
    return run.settings_of(state)


def _organizations(state: State) -> Path | None:
    current = state.current()
    return None if current is None else state.bundle(current) / ORGANIZATIONS
