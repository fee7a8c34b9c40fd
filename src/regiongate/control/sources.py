"""Sources: which there are, how old they are, what each says of an address; back, and away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address
from typing import Any

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
from regiongate.geo.store.catalogue import BUNDLED, Catalogue
from regiongate.geo.store.coverage import Coverage, coverage
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


def listed(catalogue: Catalogue) -> tuple[list[Listed], list[CannotRun]]:
    """Every source that can be opened, and what is wrong with those that cannot."""
    found, damaged = [], []
    for name in catalogue.present():
        try:
            found.append(_listed(name, catalogue))
        except CannotRun as error:
            damaged.append(error)
    return found, damaged


def _listed(name: str, catalogue: Catalogue) -> Listed:
    source, stored = catalogue.source(name), catalogue.stored(name)
    if stored is None:
        return Listed(source, "bundled", None, coverage(catalogue.load(source).steps))
    place = "instead of bundled" if name in BUNDLED.names() else "store"
    return Listed(source, place, stored, Coverage(stored.about.ipv4, stored.about.ipv6))


def look_up(texts: Sequence[str], catalogue: Catalogue) -> list[dict[str, Any]]:
    """What each source says of each address; ProblemsFound naming every text that is none.

    The keys: `asked`, `address` (its canonical form), `carried_in` (the network by which IPv6
    carries an IPv4 address, or null), `special` (the block set apart that it lies in, or null) and
    `sources`, each with `name`, `kind` and `says` (null when it says nothing).
    """
    addresses = _canonical(texts)
    tables = [catalogue.load(catalogue.source(name)) for name in catalogue.present()]
    at = wide.split([int(address) for address in addresses])
    said = [_said(table, *at) for table in tables]
    return [
        {
            "asked": text,
            "address": str(address),
            "carried_in": _carried_in(text, address),
            "special": _special(address),
            "sources": [
                {"name": table.source.name, "kind": table.source.kind, "says": labels[row]}
                for table, labels in zip(tables, said, strict=True)
            ],
        }
        for row, (text, address) in enumerate(zip(texts, addresses, strict=True))
    ]


def _canonical(texts: Sequence[str]) -> list[IPAddress]:
    found, problems = [], []
    for line, text in enumerate(texts, start=1):
        try:
            found.append(canonical(text))
        except BadAddress as error:
            remedy = "write it like 192.0.2.1 or 2001:db8::1"
            problems.append(Problem("addresses", line, 1, "bad-address", str(error), remedy))
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


def roll_back(store: Store, name: str) -> Stored:
    """Let the version before count again."""
    with store.change(name):
        _require_stored(store, name)
        return store.roll_back(name)


def remove(store: Store, name: str) -> None:
    """Take a source out of the store."""
    with store.change(name) as staging:
        _require_stored(store, name)
        store.remove(staging, name)


def _require_stored(store: Store, name: str) -> None:
    if name in store.names():
        return
    if name in BUNDLED.names():
        raise CannotRun(f"the source {name} comes with regiongate and cannot be changed")
    known = ", ".join(store.names()) or "none"
    raise CannotRun(f"no source named {name} in {store.root}: there are {known}")
