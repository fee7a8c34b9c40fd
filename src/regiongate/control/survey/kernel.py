"""The kernel for a follower: that of a policy file, or of whatever is in force at a gateway."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from regiongate import policyfile
from regiongate.compiler import sources
from regiongate.compiler.bundle import POLICY, POLICY_FILE
from regiongate.compiler.fact_sources import layers
from regiongate.control.survey.follow import Locate
from regiongate.control.survey.survey import judging
from regiongate.domain.errors import CannotRun
from regiongate.gateway.state import State
from regiongate.geo.store.catalogue import Catalogue
from regiongate.survey.placing import Placing


def of_policy(
    path: Path, catalogue: Catalogue, at: datetime | None, now: datetime
) -> Callable[[], Locate]:
    """The kernel of a policy file, read once."""
    placing = _placing(path, catalogue, at, now)
    return lambda: placing.locate


class InForce:
    """The kernel of the generation in force, drawn anew when another takes over.

    Addresses are placed by the sources of the catalogue, which a generation was built from.
    """

    def __init__(
        self, state: State, catalogue: Catalogue, at: datetime | None, now: Callable[[], datetime]
    ) -> None:
        self._state = state
        self._catalogue = catalogue
        self._at = at
        self._now = now
        self._generation: str | None = None
        self._locate: Locate | None = None

    def __call__(self) -> Locate:
        """The kernel. Raises CannotRun when nothing has ever been in force."""
        generation = self._state.current()
        if generation is None:
            raise CannotRun(f"no gateway has run in {self._state.root}: name a --policy")
        if self._locate is None or generation != self._generation:
            path = self._state.bundle(generation) / POLICY / POLICY_FILE
            self._locate = _placing(path, self._catalogue, self._at, self._now()).locate
            self._generation = generation
        return self._locate


def _placing(path: Path, catalogue: Catalogue, at: datetime | None, now: datetime) -> Placing:
    policy = sources.dated_by(policyfile.load(path, catalogue.named()), catalogue)
    when = judging(policy, at, now).at
    return Placing(policy, sources.tables(policy, catalogue), layers(policy, catalogue), when)
