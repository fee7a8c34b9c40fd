"""Small sound MaxMind DB files of every layout, to be damaged."""

from __future__ import annotations

from functools import cache

import numpy as np

from regiongate.geo import wide
from regiongate.geo.mmdb import encode
from regiongate.geo.mmdb.records import RECORD_SIZES
from regiongate.geo.steps import from_starts
from tests.geo.handmade import chain, database, text

_RECORDS = [
    {"country": {"iso_code": "FR", "is_in_european_union": True}, "city": {"names": {"en": "Ré"}}},
    ["RU", 64500, True, -5, 0.25],
    {"a": b"x", "b": 1 << 90, "subdivisions": [{"iso_code": "43"}, {"iso_code": "40"}]},
]


@cache
def written() -> bytes:
    """Both families, aliases, and every kind of value, by our own writer."""
    starts = [0, 1 << 24, 1 << 25, 0x2A00 << 112, (0x2A00 << 112) + 1, 0x2A01 << 112]
    steps = from_starts(*wide.split(starts), np.array([-1, 0, -1, 1, 2, -1], dtype=np.int32))
    return encode(steps, _RECORDS, build_epoch=1, database_type="t", description="d")


@cache
def seeds() -> tuple[bytes, ...]:
    """The written file, and handmade ones: IPv4 and IPv6, each record size, pointers, aliases."""
    return (written(), *(made for size in RECORD_SIZES for made in _handmade(size)))


def _handmade(size: int) -> tuple[bytes, ...]:
    data, shared, listed = _pointed()
    small = [(1, 2 + 16 + shared), (2, 2 + 16 + listed)]
    bare = chain(96, (97 + 16 + shared, 97), 97)
    deep = chain(96, (99 + 16 + shared, 99), 99)
    deep[0] = (1, 97)  # 8000::/2 is an alias of IPv4, c000::/3 holds data, e000::/3 is an alias.
    deep += [(96, 98), (99 + 16 + listed, 96)]
    return (
        database(small, data, size=size, ip_version=4),
        database(bare, data, size=size, ip_version=6),
        database(deep, data, size=size, ip_version=6),
    )


def _pointed() -> tuple[bytes, int, int]:
    """A data section in which records point to what they share, and where two records lie."""
    data = text("FR") + text("iso_code")
    code = bytes([7 << 5 | 1, 1 << 5, 3, 1 << 5, 0])  # {iso_code: FR}, both by pointer.
    country, shared = len(data), len(data) + len(code)
    record = bytes([7 << 5 | 2]) + text("country") + bytes([1 << 5, country])
    record += text("number") + bytes([6 << 5 | 2, 0xFB, 0xF4])
    listed = bytes([3, 4]) + bytes([1 << 5, shared, 1 << 5, country]) + bytes([1, 7])
    return data + code + record + listed, shared, shared + len(record)
