"""The sources that a policy names, read when somebody asks what they say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property
from typing import overload

from regiongate.domain.policy import Policy
from regiongate.domain.source import Age
from regiongate.geo.source import Source, SourceTable
from regiongate.geo.store.catalogue import Catalogue

_READERS = 2
"""More at once would need more memory at once."""


class Tables(Sequence[SourceTable]):
    """The tables of named sources. What is known of a source costs nothing; its table is read."""

    def __init__(self, names: Sequence[str], catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self.sources: tuple[Source, ...] = tuple(map(catalogue.region_source, names))

    @cached_property
    def _tables(self) -> tuple[SourceTable, ...]:
        # Unpacking and array work let go of the interpreter, so two threads really help.
        with ThreadPoolExecutor(_READERS) as pool:
            return tuple(pool.map(self._catalogue.load, self.sources))

    def __iter__(self) -> Iterator[SourceTable]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self.sources)

    @overload
    def __getitem__(self, index: int) -> SourceTable: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[SourceTable]: ...

    def __getitem__(self, index: int | slice) -> SourceTable | Sequence[SourceTable]:
        return self._tables[index]


def tables(policy: Policy, catalogue: Catalogue) -> Tables:
    """The sources of a policy, in its order; CannotRun when there is none of a name."""
    return Tables(policy.location.sources, catalogue)


def by_name(policies: Sequence[Policy], catalogue: Catalogue) -> dict[str, SourceTable]:
    """The tables of all sources that some policies name; CannotRun when there is none of a name."""
    names = tuple(dict.fromkeys(name for one in policies for name in one.location.sources))
    return dict(zip(names, Tables(names, catalogue), strict=True))


def of(what: Sequence[SourceTable]) -> tuple[Source, ...]:
    """The sources of tables, without reading any that has not been read."""
    if isinstance(what, Tables):
        return what.sources
    return tuple(table.source for table in what)


def dated(policy: Policy, ages: Mapping[str, Age]) -> Policy:
    """A policy that knows from when on each of its sources is too old."""
    stale_from = tuple(ages[name].stale_from for name in policy.location.sources)
    return replace(policy, location=replace(policy.location, stale_from=stale_from))


def dated_by(policy: Policy, catalogue: Catalogue) -> Policy:
    """A policy that knows the age of its sources as a catalogue has them."""
    return dated(policy, ages(tables(policy, catalogue).sources))


def ages(what: Sequence[Source]) -> dict[str, Age]:
    """The age of each source by its name."""
    return {source.name: source.age for source in what}
