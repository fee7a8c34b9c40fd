"""What becomes another verdict: between two policies, and between two bundles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from regiongate.compiler.bundle import row_at
from regiongate.compiler.envoy.gate import DATABASE
from regiongate.compiler.geography import layout
from regiongate.compiler.reader import BundleReader
from regiongate.domain.judge import judge
from regiongate.domain.organization import ORDINARY, Organization
from regiongate.domain.place import Place, locate
from regiongate.domain.policy import Policy
from regiongate.domain.verdict import Verdict
from regiongate.geo.facts.table import Layer
from regiongate.geo.mmdb.reader import MmdbTable, read
from regiongate.geo.source import SourceTable
from regiongate.geo.steps import V4_END, Steps, address_count_v4, merge

Json = dict[str, Any]
Judged = tuple[str | None, Verdict]
"""The region of an address, and its verdict."""


@dataclass(frozen=True, slots=True)
class AddressChange:
    """How many IPv4 addresses of a region (None where unknown) get another verdict.

    The region is where the later policy sees the addresses.
    """

    region: str | None
    before: Verdict
    after: Verdict
    ipv4_addresses: int


@dataclass(frozen=True, slots=True)
class ManifestChange:
    """An entry of the manifest that differs, such as `sources.ipfire.date`."""

    entry: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row of the decision table that differs; None where one of the two has no such row.

    `path` is an open path, or None for all others.
    """

    standing: str | None
    path: str | None
    place: str
    before: tuple[str, ...] | None
    after: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class OrganizationChange:
    """An organization whose standing or number of keys differs; None where it is not known."""

    organization: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class BundleChanges:
    """Everything in which two bundles differ; verdicts of addresses are compared at `at`."""

    at: datetime
    manifest: tuple[ManifestChange, ...]
    addresses: tuple[AddressChange, ...]
    rows: tuple[RowChange, ...]
    organizations: tuple[OrganizationChange, ...]


def address_changes(
    before: Policy,
    after: Policy,
    at: datetime,
    tables: Mapping[str, SourceTable],
    facts: Mapping[str, Layer] | None = None,
) -> list[AddressChange]:
    """The IPv4 addresses whose verdict at an instant differs, ordinary organizations asking.

    `tables` are the sources of both by name, as they are now, `facts` those of anonymizers. Most
    addresses come first.
    """
    known = {} if facts is None else facts
    layers, answers = [], []
    for policy in (before, after):
        stated = [known[name] for name in policy.location.facts if name in known]
        located = [_only_v4(tables[name]) for name in policy.location.sources]
        steps, places = layout(policy, located, stated)
        nowhere = Place(votes=(None,) * len(policy.location.sources))
        layers.append(steps)
        answers.append([_judged(policy, place, at) for place in (*places, nowhere)])
    return _changes(layers, answers)


def bundle_changes(before: Path, after: Path, at: datetime | None = None) -> BundleChanges:
    """The difference of two bundles; without an instant, at the later of their own."""
    old, new = BundleReader(before), BundleReader(after)
    own = (datetime.fromisoformat(bundle.manifest["at"]) for bundle in (old, new))
    instant = max(own) if at is None else at
    return BundleChanges(
        at=instant,
        manifest=tuple(_manifest_changes(old.manifest, new.manifest)),
        addresses=tuple(_address_changes(old, new, instant)),
        rows=tuple(_row_changes(old.decisions, new.decisions)),
        organizations=tuple(_organization_changes(old.organizations(), new.organizations())),
    )


def _only_v4(table: SourceTable) -> SourceTable:
    """The part of a source that says something of IPv4, which is less than half of it."""
    steps = table.steps
    end = int(np.searchsorted(steps.hi, np.uint64(0), side="right"))
    end = int(np.searchsorted(steps.lo[:end], np.uint64(V4_END), side="left"))
    cut = Steps(steps.hi[:end], steps.lo[:end], steps.value[:end])
    return SourceTable(table.source, cut, table.regions, table.skipped)


def _judged(policy: Policy, place: Place, at: datetime) -> Judged:
    return locate(policy, place, at).region, judge(policy, place, ORDINARY, at).verdict


def _changes(layers: Sequence[Steps], answers: Sequence[Sequence[Judged]]) -> list[AddressChange]:
    """Count the addresses of each pair of answers that differ; the last answer is for none."""
    hi, lo, matrix = merge(layers)
    counts = address_count_v4(hi, lo)
    inside = np.flatnonzero(counts > 0)
    # Both values in one number, which sorts several times faster than a pair.
    width = len(answers[1]) + 1
    packed = (matrix[inside, 0].astype(np.int64) + 1) * width + (matrix[inside, 1] + 1)
    pairs, which = np.unique(packed, return_inverse=True)
    # The sums stay below 2**33, where a float is exact.
    sums = np.bincount(which, weights=counts[inside])
    total: Counter[tuple[str | None, Verdict, Verdict]] = Counter()
    for pair, count in zip(pairs, sums, strict=True):
        old, new = divmod(int(pair), width)
        # An address without a place has -1, and so finds the last answer.
        (_, was), (region, now) = answers[0][old - 1], answers[1][new - 1]
        if was is not now:
            total[region, was, now] += int(count)
    found = [AddressChange(*key, count) for key, count in total.items()]
    return sorted(found, key=lambda row: (-row.ipv4_addresses, row.region or "", row.before))


def _address_changes(old: BundleReader, new: BundleReader, at: datetime) -> list[AddressChange]:
    """Walk both databases at once; what a record means is in the table of its own bundle."""
    layers, answers = [], []
    for bundle in (old, new):
        database = read(bundle.content(DATABASE), str(bundle.folder / DATABASE))
        layers.append(database.steps)
        answers.append(list(_answers(bundle.decisions, database, at)))
    return _changes(layers, answers)


def _answers(decisions: Json, database: MmdbTable, at: datetime) -> Iterator[Judged]:
    """The answer for each record, and at last the one for an address without a record."""
    places = decisions["standings"][decisions["ordinary"]]
    verdicts = {key: Verdict(row_at(rows, at)["verdict"]) for key, rows in places.items()}
    for record in database.records:
        if not isinstance(record, dict):
            raise TypeError(f"a record of the verdict database is no map: {record!r}")
        part = record["subdivisions"][0]["iso_code"] if "subdivisions" in record else None
        country = record["country"]["iso_code"] if "country" in record else None
        yield part or country, verdicts[record["city"]["names"]["en"]]
    yield None, verdicts[decisions["unknown"]]


_ENTRIES = ("generation", "parent", "at", "phase", "next_change", "policy", "settings")


def _manifest_changes(old: Json, new: Json) -> Iterator[ManifestChange]:
    for entry in _ENTRIES:
        yield from _flat_changes(entry, old.get(entry), new.get(entry))
    for kind in ("sources", "facts"):
        before = {source["name"]: source for source in old[kind]}
        after = {source["name"]: source for source in new[kind]}
        for name in dict.fromkeys((*before, *after)):
            yield from _flat_changes(f"{kind}.{name}", before.get(name), after.get(name))


def _flat_changes(name: str, old: object, new: object) -> Iterator[ManifestChange]:
    """Differences down to the last key, as `policy.list.version`."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*old, *new)):
            yield from _flat_changes(f"{name}.{key}", old.get(key), new.get(key))
    elif old != new:
        yield ManifestChange(name, old, new)


def _row_changes(old: Json, new: Json) -> Iterator[RowChange]:
    for kind in ("standings", "open_paths"):
        before, after = dict(_rows(old[kind])), dict(_rows(new[kind]))
        for name, place in sorted(before.keys() | after.keys()):
            was, now = before.get((name, place)), after.get((name, place))
            if was != now:
                standing, path = (name, None) if kind == "standings" else (None, name)
                yield RowChange(standing, path, place, was, now)


def _rows(tables: Json) -> Iterator[tuple[tuple[str, str], tuple[str, ...]]]:
    """The rows of a table in words: `2024-07-09T07:00:00Z block list:openai-2024-08`."""
    for name, places in tables.items():
        for place, rows in places.items():
            yield (name, place), tuple(_words(row) for row in rows)


def _words(row: Json) -> str:
    said = f"{row['verdict']} {row['rule']}"
    since = "" if row["since"] is None else f"{row['since']} "
    would = "" if row["would"] == row["verdict"] else f" (would {row['would']})"
    return f"{since}{said}{would}"


def _organization_changes(
    old: Mapping[str, Organization], new: Mapping[str, Organization]
) -> Iterator[OrganizationChange]:
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name), new.get(name)
        if before != after:
            was, now = _standing(before), _standing(after)
            yield OrganizationChange(name, was, f"{now} (others)" if was == now else now)


def _standing(row: Organization | None) -> str | None:
    if row is None:
        return None
    return f"{row.standing.name}, {len(row.keys)} keys" if row.keys else row.standing.name
