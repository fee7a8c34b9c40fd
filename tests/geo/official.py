"""The official reader as the oracle: where ours answers, it must give the same answer."""

from __future__ import annotations

import io
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from random import Random

import maxminddb

from regiongate.geo.mmdb import MmdbError, MmdbTable, read
from tests.geo.strategies import TOP, starts_of

Address = IPv4Address | IPv6Address
MOST_STARTS = 40
ANYWHERE = 20


def disagreements(content: bytes, chance: Random, path: Path | None = None) -> list[str] | None:
    """What the official reader says otherwise of a file that ours reads; None when ours refuses it.

    With `path` the file is written there and read by the C extension, else by the reader in
    Python. A file that only the official reader refuses to open is left out: it wants metadata
    that reading does not need.
    """
    try:
        table = read(content)
    except MmdbError:
        return None
    try:
        official = _open(content, path)
    except (TypeError, maxminddb.InvalidDatabaseError):
        return []
    with official:
        return [
            f"{address}: ours {ours!r}, official {theirs!r}"
            for address, number in sample(table, chance)
            if repr(ours := table.record_at(number))
            != repr(theirs := _plain(official.get(address)))
        ]


def sample(table: MmdbTable, chance: Random) -> Iterator[tuple[Address, int]]:
    """Addresses that a file's readers take: at boundaries, in aliases, and anywhere."""
    numbers = {0, 1, TOP - 1, (1 << 32) - 1, 1 << 32, 0xFFFF << 32 | 77, 0x2002 << 112 | 1 << 100}
    for steps in (table.steps, table.aliases):
        starts = starts_of(steps)
        for start in starts if len(starts) <= MOST_STARTS else chance.sample(starts, MOST_STARTS):
            numbers |= {start, max(start - 1, 0), start | chance.getrandbits(80)}
    for _ in range(ANYWHERE):
        numbers |= {chance.getrandbits(32), chance.getrandbits(128)}
    v4_only = table.metadata["ip_version"] == 4
    for number in sorted(numbers):
        if number < 1 << 32:
            yield IPv4Address(number), number
        if not v4_only:
            yield IPv6Address(number), number


def _plain(value: object) -> object:
    """The C extension gives bytes as a bytearray."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return bytes(value) if isinstance(value, bytearray) else value


def _open(content: bytes, path: Path | None) -> maxminddb.Reader:
    if path is None:
        return maxminddb.open_database(io.BytesIO(content), maxminddb.MODE_FD)
    path.write_bytes(content)
    return maxminddb.open_database(path, maxminddb.MODE_MMAP_EXT)
