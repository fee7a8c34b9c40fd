"""The sources that a policy names, read when somebody asks what they say."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import overload

from regiongate.domain.errors import CannotRun
from regiongate.domain.policy import Policy
from regiongate.geo import bundled
from regiongate.geo.source import Source, SourceTable


class Tables(Sequence[SourceTable]):
    """The tables of named sources. What is known of a source costs nothing; its table is read."""

    def __init__(self, names: Sequence[str]) -> None:
        known = bundled.names()
        for name in names:
            if name not in known:
                raise CannotRun(f"no source named {name}: there are {', '.join(known)}")
        self.sources: tuple[Source, ...] = tuple(bundled.source(name) for name in names)

    @cached_property
    def _tables(self) -> tuple[SourceTable, ...]:
        return tuple(bundled.load(source.name) for source in self.sources)

    def __len__(self) -> int:
        return len(self.sources)

    @overload
    def __getitem__(self, index: int) -> SourceTable: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[SourceTable]: ...

    def __getitem__(self, index: int | slice) -> SourceTable | Sequence[SourceTable]:
        return self._tables[index]


def tables(policy: Policy) -> Tables:
    """The sources of a policy, in its order; CannotRun when there is none of a name."""
    return Tables(policy.location.sources)


def of(what: Sequence[SourceTable]) -> tuple[Source, ...]:
    """The sources of tables, without reading any that has not been read."""
    if isinstance(what, Tables):
        return what.sources
    return tuple(table.source for table in what)
