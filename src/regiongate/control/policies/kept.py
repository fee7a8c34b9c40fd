"""Generations that are kept: those that one can go back to."""

from __future__ import annotations

from pathlib import Path

from regiongate.compiler.bundle import GENERATION
from regiongate.domain.errors import CannotRun
from regiongate.gateway.state import State


def kept(state: State, generation: str) -> Path:
    """The bundle of an older generation. Raises CannotRun when it is not kept."""
    if GENERATION.fullmatch(generation) is None or not state.bundle(generation).is_dir():
        raise CannotRun(f"generation {generation} is not kept here any more")
    return state.bundle(generation)
