"""How far sources agree: one comparison at a time, and the last ones kept.

A comparison takes seconds of a processor and changes with its sources only, so nobody waits for
the same one twice, and nobody can have many made at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from regiongate.control.compare.compare import Comparison, Wish, compare
from regiongate.control.compare.open_sources import open_named
from regiongate.domain.policy import Policy
from regiongate.geo.compare.weights import Family
from regiongate.geo.source import SourceTable
from regiongate.server.house import House
from regiongate.server.problem import Refused

_MOST = 8
_PATIENCE = 10.0
"""Seconds that one waits for the comparison of another."""


@dataclass(frozen=True, slots=True)
class Question:
    """Which sources of the catalogue are compared; without `judged`, the policy has no part.

    `references` take no part in the rules and judge them.
    """

    sources: tuple[str, ...]
    references: tuple[str, ...] = ()
    family: Family = "both"
    top: int = 10
    judged: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        """All that are read."""
        return (*self.sources, *self.references)


_KEPT: dict[tuple[object, ...], Comparison] = {}
_ONE = Lock()


def agreed(house: House, asked: Question) -> Comparison:
    """What a comparison finds today. Raises CannotRun, and Refused where others compare."""
    policy = house.policy() if asked.judged else None
    digests = [house.catalogue.source(name).digest for name in asked.names]
    said = None if policy is None else (policy.name, policy.version, house.state.current())
    key = (asked, said, house.clock().date(), *digests)
    found = _KEPT.get(key)
    if found is None:
        with _turn():
            found = _KEPT.get(key) or _compared(house, asked, policy)
            while len(_KEPT) >= _MOST:
                del _KEPT[next(iter(_KEPT))]
            _KEPT[key] = found
    return found


def agreed_with(house: House, asked: Question, sent: Callable[[], SourceTable]) -> Comparison:
    """What a comparison with a file that somebody sent finds; nothing of it is kept."""
    policy = house.policy() if asked.judged else None
    with _turn():
        return _compared(house, asked, policy, sent)


def _compared(
    house: House,
    asked: Question,
    policy: Policy | None,
    sent: Callable[[], SourceTable] | None = None,
) -> Comparison:
    """The comparison, made anew."""
    first = [] if sent is None else [sent()]
    opened = open_named(asked.names, house.catalogue)
    count = len(asked.sources)
    wish = Wish(house.clock(), asked.family, asked.top)
    return compare([*first, *opened[:count]], opened[count:], policy, wish).found


@contextmanager
def _turn() -> Iterator[None]:
    if not _ONE.acquire(timeout=_PATIENCE):
        wait = {"retry-after": str(int(_PATIENCE))}
        raise Refused(429, "too-many", "sources are being compared already: ask again", wait)
    try:
        yield
    finally:
        _ONE.release()
