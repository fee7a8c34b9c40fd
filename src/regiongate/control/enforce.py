"""Enforce: what is decided in the store is in force at the running gateway within a second.

A look at the store costs one number, the end of its audit trail. When that has grown, and what it
grew by may concern a gateway, a generation is made from the one in force, with its geography.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from regiongate.compiler.envoy.settings import Settings
from regiongate.compiler.reader import BundleReader
from regiongate.compiler.roll import Roll
from regiongate.compiler.snapshot import Inputs
from regiongate.control import build, standings
from regiongate.control.publish import Held, publish_after
from regiongate.control.standings import Standings
from regiongate.domain.audit import AuditEvent, Json, Tag
from regiongate.domain.errors import CannotRun, ProblemsFound
from regiongate.domain.role import SYSTEM
from regiongate.domain.ruling import RulingKind
from regiongate.gateway import events
from regiongate.gateway.envoy import Envoy
from regiongate.gateway.state import State
from regiongate.gateway.swap import Swapped
from regiongate.geo.store.catalogue import Catalogue
from regiongate.store.audit import AuditTrail
from regiongate.store.database import Database
from regiongate.store.rulings import Rulings

_LOOK_AGAIN = 10.0
"""After how many seconds the store is read though nothing has changed: what was granted for an
instant to come begins then."""
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0


class Enforcer:
    """Keeps the standings of one running gateway those of one store.

    `what` are inputs whose sources may serve again, of any policy.
    """

    def __init__(
        self,
        state: State,
        settings: Settings,
        database: Database,
        what: Inputs | None,
        catalogue: Catalogue,
        envoy: Envoy,
    ) -> None:
        self._state = state
        self._settings = settings
        self._database = database
        self._what = what
        self._catalogue = catalogue
        self._envoy = envoy
        self._generation: str | None = None
        self._base: Inputs | None = None
        self._said: Standings | None = None
        self._held: Held | None = None
        self._revision = -1
        self._due = 0.0
        self._pause = _FIRST_PAUSE
        self.seconds: float | None = None
        """How long the last decision took, from when it was seen until it was in force."""

    def look(self, at: datetime) -> str | None:
        """Put in force what has been decided; in words what was done, None for nothing.

        What cannot be put in force leaves everything as it is, is told, and tried again.
        """
        if self._state.is_locked("publish"):
            return None  # Whatever comes of it is looked at the next time.
        begun = time.monotonic()
        try:
            if not self._is_news(at):
                return None
            told = self._enforce(at, begun)
        except (CannotRun, ProblemsFound) as error:
            self._said, self._due = None, begun + self._pause
            self._pause = min(2 * self._pause, _LONGEST_PAUSE)
            reason = str(error)
            events.note(self._state, "standings-refused", kept=self._generation, reason=reason)
            return f"ALARM: what was decided is not in force, {reason}"
        self._pause = _FIRST_PAUSE
        return told

    def _is_news(self, at: datetime) -> bool:
        """Whether the store may say something else than what is in force; reads it if so."""
        now, current = time.monotonic(), self._state.current()
        if self._said is None and now < self._due:
            return False  # The last attempt failed a moment ago.
        with self._database.reading() as connection:
            store = Rulings(connection)
            revision = store.revision()
            if self._said is None:
                self._said = Standings(store.in_force(at), store.registered())
            elif revision == self._revision and current == self._generation and now < self._due:
                return False
            else:
                ruled, registered = store.changed(self._revision)
                if ruled or now >= self._due:
                    self._said = replace(self._said, rulings=store.in_force(at))
                if registered:
                    self._said = replace(self._said, registered=store.registered())
        self._revision, self._due = revision, now + _LOOK_AGAIN
        self._read_generation(current)
        return self._differs(at)

    def _read_generation(self, current: str | None) -> None:
        """Read what is in force, where somebody else has put it there."""
        if current is None:
            raise CannotRun("no generation is in force")
        if current != self._generation or self._base is None:
            bundle = BundleReader(self._state.bundle(current))
            self._base = build.in_force(bundle, self._what, self._catalogue)
            self._generation = current

    def _differs(self, at: datetime) -> bool:
        """Whether the store says something else. What has come to its end needs nobody."""
        if self._base is None or self._said is None:
            return False
        kept = Standings(self._base.policy.rulings, Roll.of(self._base.organizations).registered)
        return kept.lasting(at) != self._said.lasting(at) or (
            kept.registered is not self._said.registered
            and tuple(kept.registered) != tuple(self._said.registered)
        )

    def _enforce(self, at: datetime, begun: float) -> str:
        if self._base is None or self._said is None:
            raise CannotRun("nothing has been read")
        roll = Roll.of(self._base.organizations)
        if tuple(roll.registered) != tuple(self._said.registered):
            roll = Roll(roll.listed, self._said.registered)
        what = standings.applied(self._base, self._said, roll)
        swapped, self._held = publish_after(
            self._held, self._state, self._settings, what, at, self._envoy
        )
        self._base, self._generation = what, swapped.generation
        self.seconds = time.monotonic() - begun
        counts = self._counts()
        events.note(
            self._state,
            "standings-enforced",
            generation=swapped.generation,
            seconds=round(self.seconds, 3),
            **counts,
        )
        self._write_down(swapped, counts, at)
        said = ", ".join(f"{count} {name}" for name, count in counts.items())
        return f"what was decided is in force after {self.seconds * 1000:.0f} ms: {said}"

    def _counts(self) -> dict[str, int]:
        rulings = () if self._said is None else self._said.rulings
        names = {kind: f"{kind}s" for kind in RulingKind}
        return {name: sum(one.kind is kind for one in rulings) for kind, name in names.items()}

    def _write_down(self, swapped: Swapped, counts: dict[str, int], at: datetime) -> None:
        detail: dict[str, Json] = {
            "generation": swapped.generation,
            "parent": swapped.parent,
            **counts,
        }
        event = AuditEvent(at, SYSTEM, Tag.STANDINGS_PUBLISHED, None, detail)
        with self._database.writing() as connection:
            AuditTrail(connection).write([event])
