"""The metadata section of a MaxMind DB, found, checked and written.

Source: MaxMind DB File Format Specification 2.0, "Database Metadata".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from regiongate.geo.mmdb.decode import Decoder
from regiongate.geo.mmdb.encode import (
    UINT16,
    UINT32,
    UINT64,
    encode_map,
    encode_value,
    sized_integer,
)
from regiongate.geo.mmdb.errors import MmdbError
from regiongate.geo.mmdb.records import RECORD_SIZES

MARKER = b"\xab\xcd\xefMaxMind.com"
LARGEST_METADATA = 128 * 1024
SEPARATOR = bytes(16)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the sections of a file lie, in bytes, and how its tree is to be read."""

    metadata: dict[str, Any]
    node_count: int
    record_size: int
    ip_version: int
    tree_end: int
    data_start: int
    data_end: int

    @property
    def data_base(self) -> int:
        """The record that points to the first byte of the data section."""
        return self.node_count + len(SEPARATOR)


def read_layout(content: bytes, file: str) -> Layout:
    """The checked layout of a file; raises MmdbError when it cannot be a MaxMind DB."""
    marker = content.rfind(MARKER, max(0, len(content) - LARGEST_METADATA))
    if marker < 0:
        raise MmdbError(file, len(content), "no metadata at the end: not a MaxMind DB or cut off")
    start = marker + len(MARKER)
    metadata = Decoder(content[start:], file, start).decode(0)
    if not isinstance(metadata, dict):
        raise MmdbError(file, start, "the metadata is no map")
    _check(metadata, file, start)
    tree_end = metadata["node_count"] * metadata["record_size"] // 4
    data_start = tree_end + len(SEPARATOR)
    if data_start > marker:
        raise MmdbError(file, marker, f"the tree should end at byte {tree_end}: bytes are missing")
    if content[tree_end:data_start] != SEPARATOR:
        raise MmdbError(file, tree_end, "no separator of zeros behind the tree")
    return Layout(
        metadata=metadata,
        node_count=metadata["node_count"],
        record_size=metadata["record_size"],
        ip_version=metadata["ip_version"],
        tree_end=tree_end,
        data_start=data_start,
        data_end=marker,
    )


def _check(metadata: dict[str, Any], file: str, place: int) -> None:
    allowed: dict[str, tuple[int, ...] | range] = {
        "binary_format_major_version": (2,),
        "record_size": RECORD_SIZES,
        "ip_version": (4, 6),
        "node_count": range(1 << 32),
    }
    for key, values in allowed.items():
        value = metadata.get(key)
        if type(value) is not int or value not in values:
            raise MmdbError(file, place, f"the metadata says {key} = {value!r}")


def epoch_of(day: date) -> int:
    """The `build_epoch` of data made on a day: when it begins (UTC), in seconds since 1970."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def encode_metadata(
    *, node_count: int, record_size: int, build_epoch: int, database_type: str, description: str
) -> bytes:
    """The marker and the metadata of an IPv6 database; `build_epoch` in seconds since 1970."""
    return MARKER + encode_map(
        {
            "binary_format_major_version": sized_integer(2, UINT16),
            "binary_format_minor_version": sized_integer(0, UINT16),
            "build_epoch": sized_integer(build_epoch, UINT64),
            "database_type": encode_value(database_type),
            "description": encode_value({"en": description}),
            "ip_version": sized_integer(6, UINT16),
            "languages": encode_value(["en"]),
            "node_count": sized_integer(node_count, UINT32),
            "record_size": sized_integer(record_size, UINT16),
        }
    )
