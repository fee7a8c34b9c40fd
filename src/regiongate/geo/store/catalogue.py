"""Every source that can be named: those that come with the package, and those of a store."""

from __future__ import annotations

from dataclasses import dataclass

from regiongate.domain.errors import CannotRun
from regiongate.domain.source import SourceNames
from regiongate.geo import bundled
from regiongate.geo.facts import bundled as facts
from regiongate.geo.facts.read import in_words
from regiongate.geo.facts.table import FactTable
from regiongate.geo.source import REGION, Source, SourceTable
from regiongate.geo.store.read import read, read_facts
from regiongate.geo.store.store import Store, Stored


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The sources there are. One of the store stands before a bundled one of the same name."""

    store: Store | None = None

    def names(self) -> tuple[str, ...]:
        """The names of all sources, of regions and of facts, the bundled ones first."""
        own = (*bundled.names(), *facts.names())
        stored = () if self.store is None else self.store.names()
        return (*own, *(name for name in stored if name not in own))

    def present(self) -> tuple[str, ...]:
        """The names of those that can be read here: a bundled one may be an optional package."""
        return tuple(name for name in self.names() if not self._is_absent(name))

    def named(self) -> SourceNames:
        """The same names by kind, as policies give them.

        One that cannot be read is of both kinds: whoever opens it is told what is wrong with it.
        """
        regions, stated, absent = [], [], {}
        for name in self.names():
            try:
                kind = self.source(name).kind
            except CannotRun as error:
                kind = None
                if self._is_absent(name):
                    kind, absent[name] = "absent", str(error)
            if kind in (None, REGION):
                regions.append(name)
            if kind != REGION:
                stated.append(name)
        return SourceNames(tuple(regions), tuple(stated), absent)

    def stored(self, name: str) -> Stored | None:
        """What the store holds under a name, None when it holds nothing."""
        try:
            return None if self.store is None else self.store.get(name)
        except KeyError:
            return None

    def source(self, name: str) -> Source:
        """What is known of a source, which costs next to nothing.

        Raises CannotRun when there is none of that name, or when its package is not installed.
        """
        found = self.stored(name)
        if found is not None:
            return found.about.source(found.path)
        if name in facts.names():
            return facts.source(name)
        if name not in bundled.names():
            known = ", ".join(self.names())
            message = f"no source named {name}: there are {known}"
            raise CannotRun(f"{message}; add it: regiongate geo add {name}")
        return bundled.source(name)

    def region_source(self, name: str) -> Source:
        """What is known of a source of regions; CannotRun when it is none."""
        known = self.source(name)
        if known.kind != REGION:
            message = f"the source {name} states facts, and not where addresses are"
            raise CannotRun(f"{message}: name it under `location.facts`")
        return known

    def fact_source(self, name: str) -> Source:
        """What is known of a source of facts; CannotRun when it is none."""
        known = self.source(name)
        if known.kind == REGION:
            message = f"the source {name} says where addresses are, and states no other fact"
            raise CannotRun(f"{message}: name it under `location.sources`")
        return known

    def load(self, source: Source) -> SourceTable:
        """What one of its sources says, facts in words. Raises as `load_facts` does."""
        if source.kind != REGION:
            return in_words(self.load_facts(source))
        return read(source) if self._keeps(source) else bundled.load(source.name)

    def load_facts(self, source: Source) -> FactTable:
        """What one of its sources of facts states. Raises SourceError, MmdbError or CannotRun."""
        return read_facts(source) if self._keeps(source) else facts.load(source.name)

    def _is_absent(self, name: str) -> bool:
        if name not in facts.names() or (self.store is not None and name in self.store.names()):
            return False
        try:
            facts.source(name)
        except CannotRun:
            return True
        return False

    def _keeps(self, source: Source) -> bool:
        return self.store is not None and source.path.is_relative_to(self.store.root)


BUNDLED = Catalogue()
"""The sources that come with the package, and no others."""
