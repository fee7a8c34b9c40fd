"""Damaged and hostile MaxMind DB files: an error that names the place, never a crash or a hang."""

import io
from functools import cache
from ipaddress import IPv6Address

import maxminddb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regiongate.geo import wide
from regiongate.geo.mmdb import MmdbError, encode, read
from regiongate.geo.steps import from_starts
from tests.geo.handmade import chain, database, text, uint
from tests.geo.strategies import as_address, starts_of


@cache
def healthy() -> bytes:
    """A small file with both families, aliases, and every kind of value."""
    starts = [0, 1 << 24, 1 << 25, 0x2A00 << 112, (0x2A00 << 112) + 1, 0x2A01 << 112]
    steps = from_starts(*wide.split(starts), np.array([-1, 0, -1, 1, 2, -1], dtype=np.int32))
    records = [{"country": {"iso_code": "FR"}}, ["RU", 64500, True, -5], {"a": b"x", "b": 1 << 90}]
    return encode(steps, records, build_epoch=1, database_type="t", description="d")


def refused(content: bytes, reason: str) -> None:
    """The file is refused for a reason, and the message names the file and a byte."""
    with pytest.raises(MmdbError, match=rf"(?s)^bad\.mmdb: byte \d+: .*{reason}"):
        read(content, "bad.mmdb")


def test_every_truncation_is_refused() -> None:
    """A file cut off at any byte is refused."""
    content = healthy()
    for length in range(len(content)):
        with pytest.raises(MmdbError):
            read(content[:length])


def test_every_gap_in_the_tree_is_refused() -> None:
    """A file that lost bytes of its tree is refused: the separator is no longer in its place."""
    content = healthy()
    metadata = read(content).metadata
    tree_end = metadata["node_count"] * metadata["record_size"] // 4
    for start in range(0, tree_end, 7):
        with pytest.raises(MmdbError):
            read(content[:start] + content[start + 29 :])


def same_as_official(content: bytes) -> None:
    """Where our reader gives a record, the official one gives the same."""
    try:
        table = read(content)
    except MmdbError:
        return
    try:
        official = maxminddb.open_database(io.BytesIO(content), maxminddb.MODE_FD)
    except (TypeError, maxminddb.InvalidDatabaseError):
        return  # It wants metadata that reading does not need.
    v4_only = table.metadata["ip_version"] == 4
    for start, value in zip(starts_of(table.steps), table.steps.value, strict=True):
        if value >= 0 and not (v4_only and start >> 32):
            address = as_address(start) if v4_only else IPv6Address(start)
            assert repr(official.get(address)) == repr(table.records[value])


@settings(max_examples=400, deadline=None)
@given(st.integers(0, len(healthy()) - 1), st.integers(1, 255))
def test_flipped_bits(place: int, mask: int) -> None:
    """A flipped byte is refused, or the file says what the official reader says that it says."""
    content = bytearray(healthy())
    content[place] ^= mask
    same_as_official(bytes(content))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"", b"\xab\xcd\xefMaxMind.com"]))
def test_noise(content: bytes, marker: bytes) -> None:
    """Random bytes, with the marker of the metadata before them or not, are refused."""
    with pytest.raises(MmdbError):
        read(marker + content)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=12),
    st.binary(max_size=12),
    st.sampled_from([4, 6]),
)
def test_random_trees(nodes: list[tuple[int, int]], data: bytes, ip_version: int) -> None:
    """Trees of random records are refused, or read as the official reader does."""
    same_as_official(database(nodes, data, ip_version=ip_version))


@pytest.mark.parametrize(
    "nodes",
    [
        [(0, 0)],
        [(0, 1)],
        [(1, 0)],
        [(1, 2), (2, 0), (1, 0)],
        [(1, 1), (2, 2), (3, 3), (0, 0)],
        [(number + 1, number + 1) for number in range(140)],
    ],
    ids=["self", "left", "right", "triangle", "doubling", "too deep"],
)
@pytest.mark.parametrize("ip_version", [4, 6])
def test_circle_in_the_tree(nodes: list[tuple[int, int]], ip_version: int) -> None:
    """A tree that leads back into itself, or unfolds without measure, is refused at once."""
    refused(database(nodes, b"", ip_version=ip_version), "circle")


def test_tree_deeper_than_an_address() -> None:
    """A node below the last bit of an address is refused."""
    refused(database(chain(129, (131, 131), 131), b""), "below the last bit")


@pytest.mark.parametrize("record", [2, 16, 20, 100, (1 << 24) - 1])
def test_record_outside_of_the_data(record: int) -> None:
    """A record that points into the separator or behind the data is refused, with its node."""
    refused(database([(1, record)], text("FR"), ip_version=4), "node 0 points outside")


POINTER_TO_START = bytes([1 << 5, 0])
LONG_POINTER = bytes([1 << 5 | 3 << 3, 0, 0, 255, 255])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (bytes([2 << 5 | 5]) + b"ab", "5 bytes wanted, 2 left"),
        (bytes([2 << 5 | 2, 0xC3, 0x28]), "not UTF-8"),
        (bytes([2 << 5 | 30, 1]), "2 bytes wanted"),
        (bytes([2 << 5 | 31, 255, 255, 255]), "bytes wanted"),
        (bytes([3 << 5 | 4, 0, 0, 0, 0]), "type 3 with 4 bytes"),
        (bytes([6 << 5 | 5, 0, 0, 0, 0, 0]), "type 6 with 5 bytes"),
        (bytes([0, 5]), "unknown type 12"),
        (bytes([0, 240]), "unknown type"),
        (bytes([2, 7]), "boolean of value 2"),
        (bytes([7 << 5 | 1, 6 << 5, 6 << 5]), "no text"),
        (bytes([7 << 5 | 2]) + text("a"), "wanted"),
        (POINTER_TO_START, "pointer points to a pointer"),
        (LONG_POINTER, "wanted"),
        (bytes([1, 4]) + POINTER_TO_START, "circle"),
        (bytes([7 << 5 | 1]) + text("a") + POINTER_TO_START, "circle"),
        (bytes([1, 4]) * 200 + text("a"), "nest too deeply"),
        (bytes([31, 4, 255, 255, 255]), "wanted"),
    ],
)
def test_damaged_data(data: bytes, reason: str) -> None:
    """A damaged value is refused for what is wrong with it."""
    refused(database([(1 + 16, 1)], data, ip_version=4), reason)


def test_pointers_that_unfold() -> None:
    """Arrays of pointers to arrays of pointers do not take time or memory without measure."""
    data = text("x")
    previous = 0
    for _ in range(20):
        here = len(data)
        data += bytes([10, 4]) + bytes([1 << 5 | previous >> 8, previous & 255]) * 10
        previous = here
    table = read(database([(1 + 16 + previous, 1)], data, ip_version=4))
    assert len(table.records) == 1


def test_overlapping_arrays_are_bounded() -> None:
    """Many records that each unfold the same long array run into the bound on work."""
    header = bytes([30, 4, 255, 0])  # An array of 65820 values; to the one before it, four bytes.
    data = b"".join(header + bytes([4 << 5 | 4]) for _ in range(128)) + bytes([5 << 5]) * 66000
    inner = 127
    children = [
        child if child < inner else inner + 16 + 5 * (child - inner) for child in range(255)
    ]
    nodes = [(children[2 * node + 1], children[2 * node + 2]) for node in range(inner)]
    refused(database(nodes, data), "pointers unfold")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("binary_format_major_version", uint(3, 5)),
        ("record_size", uint(20, 5)),
        ("ip_version", uint(5, 5)),
        ("node_count", text("1")),
        ("node_count", bytes([1, 7])),
        ("node_count", uint(1 << 30, 6)),
        ("record_size", bytes([7 << 5])),
    ],
)
def test_metadata_is_checked(field: str, value: bytes) -> None:
    """Metadata that the format does not allow is refused."""
    refused(database([(1, 1)], b"", changed={field: value}), "says|end at")


def test_missing_metadata_field() -> None:
    """A file without a needed field is refused, the field named."""
    content = database([(1, 1)], b"").replace(b"node_count", b"mode_count")
    refused(content, "node_count = None")


def test_missing_separator() -> None:
    """The zeros between tree and data are checked, for their place proves the size of the tree."""
    content = bytearray(database([(1, 1)], b""))
    content[6] = 1
    refused(bytes(content), "separator")
