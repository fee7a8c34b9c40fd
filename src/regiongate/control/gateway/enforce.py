"""Enforce: what is decided in the store is in force at the running gateway within a second.

A look at the store costs one number, the end of its audit trail. When that has grown, and what it
grew by may concern a gateway, a generation is made from the one in force, with its geography.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from datetime import datetime

from regiongate.compiler.envoy.settings import Settings
from regiongate.compiler.roll import Roll
from regiongate.compiler.snapshot import Inputs
from regiongate.control.gateway import build, standings
from regiongate.control.gateway.publish import Held, UnderWay, hold, publish_after
from regiongate.control.gateway.standings import Standings, with_near_ends
from regiongate.domain.audit import AuditEvent, Json, Tag
from regiongate.domain.errors import CannotRun, ProblemsFound
from regiongate.domain.role import SYSTEM
from regiongate.domain.ruling import RulingKind
from regiongate.gateway import events
from regiongate.gateway.envoy import Envoy
from regiongate.gateway.state import State
from regiongate.geo.store.catalogue import Catalogue
from regiongate.store.audit import AuditTrail
from regiongate.store.database import Database
from regiongate.store.rulings import Rulings

_READ_AGAIN = 30.0
"""After how many seconds the store is read though nothing has changed: what was granted for an
instant to come begins then, and a distant end comes near."""
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0


@dataclass(slots=True)
class Enforcer:
    """Keeps the standings of one running gateway those of one store.

    `known` are inputs whose sources may serve again, of any policy. `seconds` is how long the last
    decision took, from when it was seen until it was in force.
    """

    state: State
    settings: Settings
    envoy: Envoy
    database: Database
    catalogue: Catalogue
    known: Inputs | None = None
    seconds: float | None = None
    _held: Held | None = None
    _base: Inputs | None = None
    _said: Standings | None = None
    _revision: int = 0
    _moved: bool = True
    _due: float = 0.0
    _pause: float = _FIRST_PAUSE
    _owed: list[AuditEvent] = field(default_factory=list)

    def look(self, at: datetime) -> str | None:
        """Put in force what has been decided; in words what was done, None for nothing.

        What cannot be put in force leaves everything as it is, is told, and tried again.
        """
        begun = time.monotonic()
        if begun < self._due and self._said is None:
            return None  # The last attempt failed a moment ago.
        try:
            held, base = self._in_force()
            said = self._news(at)
            if said is None or not self._differs(base, said, at):
                return None
            return self._enforce(held, base, said, at, begun)
        except UnderWay:
            self._said = None  # Whatever comes of it is looked at the next time.
            self._due = 0.0
            return None
        except (CannotRun, ProblemsFound) as error:
            self._said, self._due = None, begun + self._pause
            self._pause = min(2 * self._pause, _LONGEST_PAUSE)
            reason, kept = str(error), self.state.current()
            events.note(self.state, "standings-refused", kept=kept, reason=reason)
            return f"ALARM: what is decided is not in force: {reason}"

    def _in_force(self) -> tuple[Held, Inputs]:
        """What is in force, read anew where somebody else has put it there."""
        current = self.state.current()
        if current is None:
            raise CannotRun("no generation is in force")
        if self._held is None or self._base is None or self._held.generation != current:
            self._held = hold(self.state, current)
            self._base = build.in_force(self._held.bundle, self.known, self.catalogue)
            self._held.bundle.roll.prepare()
            self._moved = True
        return self._held, self._base

    def _news(self, at: datetime) -> Standings | None:
        """What the store says, None where it cannot be anything new."""
        now, known = time.monotonic(), self._said
        if self._owed:
            self._write_down()
        with self.database.reading() as connection:
            store = Rulings(connection)
            revision = store.revision()
            if known is None:
                known = Standings(with_near_ends(store.in_force(at)), store.registered())
            elif revision != self._revision or now >= self._due:
                ruled, registered = store.changed(self._revision)
                if ruled or now >= self._due:
                    known = replace(known, rulings=with_near_ends(store.in_force(at)))
                if registered:
                    known = replace(known, registered=store.registered())
            elif not self._moved:
                return None
        self._said, self._revision, self._moved = known, revision, False
        self._due = now + _READ_AGAIN
        return known

    def _differs(self, base: Inputs, said: Standings, at: datetime) -> bool:
        """Whether the store says another thing. What has come to its end needs nobody."""
        kept = Standings(base.policy.rulings, Roll.of(base.organizations).registered)
        if kept.registered != said.registered:
            return True
        # The same rows, so that they need not be compared one by one again.
        self._said = replace(said, registered=kept.registered)
        return kept.lasting(at) != said.lasting(at)

    def _enforce(
        self, held: Held, base: Inputs, said: Standings, at: datetime, begun: float
    ) -> str:
        roll = Roll.of(base.organizations)
        if roll.registered != said.registered:
            roll = Roll(roll.listed, said.registered)
        what = standings.applied(base, said, roll)
        swapped, self._held = publish_after(
            self.state, self.settings, what, at, envoy=self.envoy, held=held
        )
        self._base, self._pause, self.seconds = what, _FIRST_PAUSE, time.monotonic() - begun
        counts = {f"{kind}s": sum(o.kind is kind for o in said.rulings) for kind in RulingKind}
        place = {"generation": swapped.generation, "parent": swapped.parent}
        took = round(self.seconds, 3)
        events.note(self.state, "standings-enforced", **place, **counts, seconds=took)
        detail: dict[str, Json] = {**place, **counts}
        self._owed.append(AuditEvent(at, SYSTEM, Tag.STANDINGS_PUBLISHED, None, detail))
        self._write_down()
        words = ", ".join(f"{count} {name}" for name, count in counts.items())
        told = f"what was decided is in force after {self.seconds * 1000:.0f} ms: {words}"
        if not self.settings.api_keys and any(one.key is not None for one in said.rulings):
            return f"{told}. ALARM: a key is exempt, but this gateway asks for no keys"
        return told

    def _write_down(self) -> None:
        """Write to the trail what has been done; what does not get there is owed.

        It is in force nevertheless, so this is no reason to say otherwise.
        """
        try:
            with self.database.writing() as connection:
                AuditTrail(connection).write(self._owed)
            self._owed.clear()
        except CannotRun as error:
            events.note(self.state, "audit-not-written", reason=str(error))
