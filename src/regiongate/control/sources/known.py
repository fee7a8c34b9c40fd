"""Sources: which there are, how old they are, what each says of an address; back, and away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv6Address
from typing import Any

from regiongate.control.sources import ages
from regiongate.domain.address import (
    V4_EMBEDDINGS,
    BadAddress,
    IPAddress,
    canonical,
    special_block,
)
from regiongate.domain.errors import CannotRun, Problem, ProblemsFound
from regiongate.geo import wide
from regiongate.geo.source import Source, SourceTable
from regiongate.geo.store.about import About
from regiongate.geo.store.catalogue import BUNDLED, Catalogue
from regiongate.geo.store.coverage import Coverage, coverage
from regiongate.geo.store.read import damaged, is_whole
from regiongate.geo.store.store import Store, Stored


@dataclass(frozen=True, slots=True)
class Listed:
    """One source, where it stands, and how much it knows.

    `place` is bundled, store, or instead of bundled; `stored` is what the store records of it.
    """

    source: Source
    place: str
    stored: Stored | None
    covered: Coverage


Trouble = list[CannotRun | ProblemsFound]
"""What is wrong with the sources that cannot be used, which does not keep the others from it."""


def listed(catalogue: Catalogue) -> tuple[list[Listed], Trouble]:
    """Every source that can be opened, and what is wrong with those that cannot."""
    found: list[Listed] = []
    trouble: Trouble = []
    for _, one in each(catalogue):
        if isinstance(one, Listed):
            found.append(one)
        else:
            trouble.append(one)
    return found, trouble


def each(
    catalogue: Catalogue,
) -> Iterator[tuple[str, Listed | CannotRun | ProblemsFound]]:
    """Every source by its name: what is known of it, or what is wrong with it."""
    for name in catalogue.present():
        try:
            yield name, describe(name, catalogue)
        except (CannotRun, ProblemsFound) as error:
            yield name, error


def alarm(source: Source, at: datetime, catalogue: Catalogue) -> str | None:
    """That a source is stale at an instant, and what to do about it; None: it is not."""
    if not source.age.is_stale(at):
        return None
    return f"{ages.alarm(source.entry(), at)}: {ages.remedy(source.name, catalogue)}"


def describe(name: str, catalogue: Catalogue) -> Listed:
    """What is known of one source. Raises CannotRun or ProblemsFound where it cannot be used."""
    source, stored = catalogue.source(name), catalogue.stored(name)
    if stored is None:
        return Listed(source, "bundled", None, coverage(catalogue.load(source).steps))
    if not is_whole(source):
        raise damaged(source)
    place = "instead of bundled" if name in BUNDLED.names() else "store"
    return Listed(source, place, stored, Coverage(stored.about.ipv4, stored.about.ipv6))


@dataclass(frozen=True, slots=True)
class Asked:
    """One address as it was written, and where: the name of a file, and the line."""

    text: str
    file: str
    line: int


def look_up(asked: Sequence[Asked], catalogue: Catalogue) -> tuple[list[dict[str, Any]], Trouble]:
    """What each source says of each address, and what is wrong with the sources left out.

    Raises ProblemsFound naming every text that is no address.

    The keys: `asked`, `address` (its canonical form), `carried_in` (the network by which IPv6
    carries an IPv4 address, or null), `special` (the block set apart that it lies in, or null) and
    `sources`, each with `name`, `kind` and `says` (null when it says nothing).
    """
    addresses = _canonical(asked)
    tables, trouble = _tables(catalogue)
    at = wide.split([int(address) for address in addresses])
    said = [_said(table, *at) for table in tables]
    found = [
        {
            "asked": one.text,
            "address": str(address),
            "carried_in": _carried_in(one.text, address),
            "special": _special(address),
            "sources": [
                {"name": table.source.name, "kind": table.source.kind, "says": labels[row]}
                for table, labels in zip(tables, said, strict=True)
            ],
        }
        for row, (one, address) in enumerate(zip(asked, addresses, strict=True))
    ]
    return found, trouble


def _tables(catalogue: Catalogue) -> tuple[list[SourceTable], Trouble]:
    tables: list[SourceTable] = []
    trouble: Trouble = []
    for name in catalogue.present():
        try:
            tables.append(catalogue.load(catalogue.source(name)))
        except (CannotRun, ProblemsFound) as error:
            trouble.append(error)
    return tables, trouble


def _canonical(asked: Sequence[Asked]) -> list[IPAddress]:
    found, problems = [], []
    for one in asked:
        try:
            found.append(canonical(one.text))
        except BadAddress as error:
            remedy = "write it like 192.0.2.1 or 2001:db8::1"
            problems.append(Problem(one.file, one.line, 1, "bad-address", str(error), remedy))
    if problems:
        raise ProblemsFound(problems)
    return found


def _said(table: SourceTable, hi: wide.U64, lo: wide.U64) -> list[str | None]:
    labels: list[str | None] = [*table.regions, None]  # Index -1 finds the last: none.
    return [labels[value] for value in table.steps.lookup_many(hi, lo).tolist()]


def _carried_in(text: str, address: IPAddress) -> str | None:
    if ":" not in text or address.version == 6:
        return None
    written = IPv6Address(text)
    return next((str(network) for network, _ in V4_EMBEDDINGS if written in network), None)


def _special(address: IPAddress) -> dict[str, str] | None:
    block = special_block(address)
    if block is None:
        return None
    return {"kind": block.kind, "network": str(block.network), "rfc": block.rfc}


@dataclass(frozen=True, slots=True)
class Back:
    """The version that counts again; `was_left` when it is one that was gone back from before."""

    about: About
    was_left: bool


def roll_back(store: Store, name: str, *, rehearsed: bool = False) -> Back:
    """Let the version before count again; `rehearsed`, only say which one that is."""
    with store.change(name):
        _require_stored(store, name)
        left = store.get(name).pointer.refused
        about = store.version_before(name) if rehearsed else store.roll_back(name).about
        return Back(about, about.digest == left)


def remove(store: Store, name: str, *, rehearsed: bool = False) -> None:
    """Take a source out of the store, be it damaged; `rehearsed`, only see that it is there."""
    with store.change(name) as staging:
        _require_stored(store, name)
        if not rehearsed:
            store.remove(staging, name)


def _require_stored(store: Store, name: str) -> None:
    if name in store.names():
        return
    if name in BUNDLED.names():
        raise CannotRun(f"the source {name} comes with regiongate and cannot be changed")
    known = ", ".join(store.names()) or "none"
    raise CannotRun(f"no source named {name} in {store.root}: there are {known}")
