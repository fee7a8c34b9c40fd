"""A world: one policy with all that it is compiled with, as plain values that an eye can check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import numpy as np

from regiongate.compiler.snapshot import Inputs
from regiongate.domain.facts import Facts
from regiongate.domain.organization import Organization
from regiongate.domain.policy import Policy
from regiongate.domain.source import SourceNames
from regiongate.geo import wide
from regiongate.geo.facts.table import FactTable
from regiongate.geo.formats.raw import RawTable
from regiongate.geo.ranges import from_nested
from regiongate.geo.source import Source, SourceTable
from regiongate.geo.steps import Steps
from regiongate.geo.votes import table_of, without_v4_embeddings
from regiongate.policyfile import load


@dataclass(frozen=True)
class Span:
    """Addresses from a number to another, both included, and what is said of them.

    An IPv4 address is a number below 2**32. Spans of a source lie apart or within each other.
    """

    first: int
    last: int
    said: str


@dataclass(frozen=True)
class Told:
    """What one source says: a label of each span that is a region, or `XX`, which is no vote.

    The label of a source of facts is the kinds of anonymizers, with spaces between.
    """

    name: str
    spans: tuple[Span, ...]
    made: date
    maximum_age: int

    @property
    def stale_from(self) -> datetime:
        """The first instant at which it is too old."""
        return datetime(self.made.year, self.made.month, self.made.day, tzinfo=UTC) + timedelta(
            days=self.maximum_age
        )


@dataclass(frozen=True)
class World:
    """One policy, its files, its sources, and the organizations; `at` is when it is compiled."""

    seed: str
    at: datetime
    policy: Policy
    files: Mapping[str, bytes]
    sources: tuple[Told, ...]
    facts: tuple[Told, ...]
    organizations: tuple[Organization, ...]

    def inputs(self, folder: Path) -> Inputs:
        """What the compiler is given. The file that it reads must mean the policy of the world."""
        for name, content in self.files.items():
            (folder / name).write_bytes(content)
        regions = tuple(told.name for told in self.sources)
        names = SourceNames(regions, tuple(told.name for told in self.facts))
        found = Inputs(
            policy=load(folder / "policy.yaml", names),
            policy_files=self.files,
            tables=[_regions(told) for told in self.sources],
            organizations=self.organizations,
            facts=[_facts(told) for told in self.facts],
        )
        assert found.dated == self.policy, (self.seed, found.dated, self.policy)
        return found


def _regions(told: Told) -> SourceTable:
    words = tuple(sorted({span.said for span in told.spans}))
    labels = tuple((word,) for word in words)
    return table_of(
        _source(told, "region"), RawTable(_steps(told, words), labels, (1,) * len(words))
    )


def _facts(told: Told) -> FactTable:
    words = tuple(sorted({span.said for span in told.spans}))
    kinds = tuple(Facts(tuple(sorted(word.split()))) for word in words)
    steps, _ = without_v4_embeddings(_steps(told, words))
    return FactTable(_source(told, "anonymizer"), steps, kinds)


def _steps(told: Told, words: tuple[str, ...]) -> Steps:
    first = wide.split([span.first for span in told.spans])
    last = wide.split([span.last for span in told.spans])
    values = [words.index(span.said) for span in told.spans]
    return from_nested(*first, *last, np.array(values, dtype=np.int32))


def _source(told: Told, kind: str) -> Source:
    return Source(
        name=told.name,
        version="1",
        date=told.made,
        licence="CC0-1.0",
        origin="tests/exactness",
        digest=sha256(repr(told).encode()).hexdigest(),
        format="csv-ranges",
        path=Path(told.name),
        kind=kind,
        maximum_age=told.maximum_age,
    )
