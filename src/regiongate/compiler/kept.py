"""The sources of a bundle that is in force: what its manifest says of them, read where they lie.

A decision in a case changes no geography, so the next generation is made from the very data of
the one before, also when newer data has been fetched meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from regiongate.compiler import sources
from regiongate.compiler.fact_sources import FactSource
from regiongate.compiler.sources import Tables
from regiongate.domain.errors import CannotRun
from regiongate.geo.facts.table import FactTable, Layer
from regiongate.geo.source import Source, SourceTable
from regiongate.geo.store.catalogue import Catalogue


class KeptTables(Tables):
    """The tables of the sources that a manifest lists; each is read when somebody asks.

    `known` are tables that may be among them, by which nothing need be read. Raises CannotRun when
    the catalogue has other data of a name by now.
    """

    def __init__(
        self,
        entries: Iterable[Mapping[str, Any]],
        known: Sequence[SourceTable],
        catalogue: Catalogue,
    ) -> None:
        self._catalogue = catalogue
        self._known = known
        self.sources = tuple(_source(entry) for entry in entries)

    @cached_property
    def _tables(self) -> tuple[SourceTable, ...]:
        return tuple(self._table(source) for source in self.sources)

    def _table(self, source: Source) -> SourceTable:
        for number, known in enumerate(sources.of(self._known)):
            if (known.name, known.digest) == (source.name, source.digest):
                return self._known[number]
        found = self._catalogue.region_source(source.name)
        _require_same(found, source)
        return self._catalogue.load(found)


def kept_layers(
    entries: Iterable[Mapping[str, Any]], known: Sequence[Layer], catalogue: Catalogue
) -> tuple[Layer, ...]:
    """The sources of facts that a manifest lists, as KeptTables has those of regions."""
    return tuple(_layer(_source(entry), known, catalogue) for entry in entries)


def _layer(source: Source, known: Sequence[Layer], catalogue: Catalogue) -> Layer:
    for layer in known:
        if (layer.source.name, layer.source.digest) == (source.name, source.digest):
            return layer
    found = catalogue.fact_source(source.name)
    # The manifest says all but of what kind it is, which a name does not change.
    return _Kept(replace(source, kind=found.kind), catalogue)


class _Kept(FactSource):
    """A source of facts as it was when the bundle was made."""

    @cached_property
    def table(self) -> FactTable:
        """What it states. Raises CannotRun when it states something else by now."""
        found = self.catalogue.fact_source(self.source.name)
        _require_same(found, self.source)
        return self.catalogue.load_facts(found)


def _source(entry: Mapping[str, Any]) -> Source:
    return Source(
        name=str(entry["name"]),
        version=str(entry["version"]),
        date=date.fromisoformat(entry["date"]),
        licence=str(entry["licence"]),
        origin="a bundle",
        digest=str(entry["digest"]),
        format="",
        path=Path(),
        maximum_age=int(entry["maximum_age"]),
    )


def _require_same(found: Source, kept: Source) -> None:
    if found.digest != kept.digest:
        message = f"the source {kept.name} has other data by now than what is in force"
        raise CannotRun(f"{message}: put it in force with regiongate publish --policy FILE")
