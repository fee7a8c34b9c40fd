"""What one check found out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from regiongate.conformance.plain import plain


class State(StrEnum):
    """How an endpoint stands to one thing that the SDKs expect."""

    WORKS = "works"
    DIFFERS = "differs"
    MISSING = "missing"
    NOT_TOLD = "not told"
    """It was not asked, or the answer does not say."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A state, why, and what was measured."""

    state: State
    words: str
    measured: Mapping[str, float | int] = field(default_factory=lambda: MappingProxyType({}))
    """Numbers by their name with its unit, such as `first_token_seconds`."""


def judged(wrongs: Sequence[str], words: str, **measured: float | int) -> Finding:
    """Works, in these words, unless something is wrong; then all that is wrong."""
    if wrongs:
        return differs("; ".join(wrongs), **measured)
    return Finding(State.WORKS, plain(words), MappingProxyType(measured))


def differs(words: str, **measured: float | int) -> Finding:
    """The endpoint answers, and otherwise than the SDK expects."""
    return Finding(State.DIFFERS, plain(words), MappingProxyType(measured))


def missing(words: str) -> Finding:
    """The endpoint does not have it."""
    return Finding(State.MISSING, plain(words))


def not_told(words: str) -> Finding:
    """Nothing follows from what was answered."""
    return Finding(State.NOT_TOLD, plain(words))
