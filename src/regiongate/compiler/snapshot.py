"""A snapshot: everything that decides, at one instant, frozen under one generation."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from regiongate.compiler import atlas as atlases
from regiongate.compiler import facts as books
from regiongate.compiler import sources
from regiongate.compiler.atlas import Atlas
from regiongate.compiler.facts import FactBook
from regiongate.compiler.roll import Roll
from regiongate.compiler.table import DecisionTable, decision_table
from regiongate.domain.organization import Organization, Standing
from regiongate.domain.policy import Policy
from regiongate.geo.facts.table import Layer
from regiongate.geo.source import Source, SourceTable


@dataclass(frozen=True, slots=True)
class Parent:
    """The snapshot that this one follows, and its atlas and fact book, should they serve again."""

    number: int
    generation: str
    atlas_digest: str
    atlas: Callable[[], Atlas]
    book_digest: str
    book: Callable[[], FactBook]


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything a snapshot is made from, beside the instant and the parent.

    `policy_files` are the bytes of the policy and of what it refers to, by file name, and of its
    rulings (`rulings.py`); `tables` are the policy's sources in the policy's order, `facts` its
    sources of facts in theirs. `organizations` are those of a file, or a Roll.
    `policy_path` is where the policy was read, for problems to name; nothing else depends on it.
    """

    policy: Policy
    policy_files: Mapping[str, bytes]
    tables: Sequence[SourceTable]
    organizations: Sequence[Organization] = ()
    facts: Sequence[Layer] = ()
    policy_path: Path | None = None

    @property
    def dated(self) -> Policy:
        """The policy, with the instants from which on its sources are too old."""
        return sources.dated(self.policy, sources.ages(self.sources))

    @property
    def fact_sources(self) -> tuple[Source, ...]:
        """The sources of facts."""
        return tuple(layer.source for layer in self.facts)

    @property
    def anonymizers(self) -> tuple[Layer, ...]:
        """The sources of facts on which verdicts may depend."""
        return tuple(layer for layer in self.facts if layer.source.kind == "anonymizer")

    @property
    def sources(self) -> tuple[Source, ...]:
        """The sources, known without reading what they say."""
        return sources.of(self.tables)

    def digest(self) -> str:
        """SHA-256 over all of it, each input named, so that no two sets of inputs read the same."""
        roll = Roll.of(self.organizations)
        named = {
            "facts": json.dumps([source.entry() for source in self.fact_sources], sort_keys=True),
            "organizations": roll.listed_words,
            "policy": json.dumps(
                {name: _sha256(data) for name, data in sorted(self.policy_files.items())}
            ),
            "sources": json.dumps([source.entry() for source in self.sources], sort_keys=True),
        }
        if roll.registered:
            named["registered"] = json.dumps(_sha256(roll.registered_file))
        words = ", ".join(f'"{name}": {said}' for name, said in sorted(named.items()))
        return _sha256(f"{{{words}}}".encode())


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The inputs of a bundle and what follows from them.

    `number` counts up from the parent; `generation` is the number and the first digits of the
    digest of all inputs, so that two gateways with the same number but other inputs are told
    apart. `organizations` are those of the roll that are not ordinary, as rulings and exemptions
    leave them, sorted by id; `keys` has the keys that stand otherwise than their organizations, by
    digest.
    """

    number: int
    generation: str
    parent: str | None
    at: datetime
    inputs: Inputs
    roll: Roll
    organizations: tuple[Organization, ...]
    keys: Mapping[bytes, Standing]
    atlas: Atlas
    book: FactBook
    table: DecisionTable

    @property
    def policy(self) -> Policy:
        """The policy that decides, dated by its sources."""
        return self.table.policy

    @property
    def sources(self) -> tuple[Source, ...]:
        """The sources that locate, in the policy's order."""
        return self.inputs.sources

    def next_change(self) -> datetime | None:
        """The next instant at which some verdict may change by itself."""
        held = [*(row.standing for row in self.organizations), *self.keys.values()]
        ends = {end for one in held for end in (one.until, one.handed_until)}
        instants = {*self.policy.change_instants(), *ends}
        return min((i for i in instants if i is not None and i > self.at), default=None)


def snapshot(inputs: Inputs, at: datetime, parent: Parent | None = None) -> Snapshot:
    """Freeze everything at one instant. Same arguments, same snapshot."""
    policy = inputs.dated
    roll = Roll.of(inputs.organizations)
    rows = tuple(roll.special_under(policy).values())
    keys = roll.keys_under(policy)
    generation = _generation(inputs, at, parent)
    atlas = _atlas(inputs, policy, at, parent)
    held = {*(row.standing for row in rows), *keys.values()}
    table = decision_table(policy, atlas.places, held, generation, at)
    return Snapshot(
        number=1 if parent is None else parent.number + 1,
        generation=generation,
        parent=None if parent is None else parent.generation,
        at=at,
        inputs=inputs,
        roll=roll,
        organizations=rows,
        keys=keys,
        atlas=atlas,
        book=_book(inputs, parent),
        table=table,
    )


def parent_of(frozen: Snapshot) -> Parent:
    """A snapshot as the one that the next follows, while both are made by one process."""
    return Parent(
        number=frozen.number,
        generation=frozen.generation,
        atlas_digest=frozen.atlas.digest,
        atlas=lambda: frozen.atlas,
        book_digest=frozen.book.digest,
        book=lambda: frozen.book,
    )


def _atlas(inputs: Inputs, policy: Policy, at: datetime, parent: Parent | None) -> Atlas:
    """The parent's atlas where nothing in it would differ, else a new one."""
    stating = inputs.anonymizers
    wanted = atlases.digest(policy, inputs.sources, at, [layer.source for layer in stating])
    if parent is not None and parent.atlas_digest == wanted:
        return parent.atlas()
    return atlases.draw(policy, inputs.tables, at, stating)


def _book(inputs: Inputs, parent: Parent | None) -> FactBook:
    """The parent's fact book where nothing in it would differ, else a new one."""
    if parent is not None and parent.book_digest == books.digest(inputs.fact_sources):
        return parent.book()
    return books.draw(inputs.facts)


def _generation(inputs: Inputs, at: datetime, parent: Parent | None) -> str:
    """The number, and the beginning of a digest of all that made the snapshot."""
    before = "" if parent is None else parent.generation
    digest = _sha256(f"{inputs.digest()} {at.isoformat()} {before}".encode())
    return f"{1 if parent is None else parent.number + 1}-{digest[:8]}"


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
