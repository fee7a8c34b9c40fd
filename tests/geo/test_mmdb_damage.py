"""Damaged and hostile MaxMind DB files: an error that names the place, never a crash or a hang."""

from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regiongate.geo.mmdb import MmdbError, read
from tests.geo.handmade import chain, database, refused, text, uint
from tests.geo.mutations import mutated
from tests.geo.official import disagreements
from tests.geo.seeds import seeds, written


def test_every_truncation_is_refused() -> None:
    """A file cut off at any byte is refused."""
    content = written()
    for length in range(len(content)):
        with pytest.raises(MmdbError):
            read(content[:length])


def test_every_gap_in_the_tree_is_refused() -> None:
    """A file that lost bytes of its tree is refused: the separator is no longer in its place."""
    content = written()
    metadata = read(content).metadata
    tree_end = metadata["node_count"] * metadata["record_size"] // 4
    for start in range(0, tree_end, 7):
        with pytest.raises(MmdbError):
            read(content[:start] + content[start + 29 :])


def test_seeds_are_sound() -> None:
    """What is damaged in these tests was readable before, and the same to the official reader."""
    for content in seeds():
        assert disagreements(content, Random(1)) == []  # noqa: S311 - a sample, not a secret


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(written()) - 1), st.integers(1, 255))
def test_flipped_bits(place: int, mask: int) -> None:
    """A flipped byte is refused, or the file says what the official reader says that it says."""
    content = bytearray(written())
    content[place] ^= mask
    assert not disagreements(bytes(content), Random(place))  # noqa: S311


@settings(max_examples=400, deadline=None)
@given(st.integers(0, (1 << 64) - 1), st.integers(0, len(seeds()) - 1), st.booleans())
def test_random_damage(seed: int, of: int, extension: bool) -> None:
    """Damage of every kind to every layout is refused, or read as both official readers do."""
    chance = Random(seed)  # noqa: S311 - damage, not a secret
    content = mutated(seeds()[of], chance, seeds())
    with TemporaryDirectory() as folder:
        path = Path(folder, "t.mmdb") if extension else None
        assert not disagreements(content, chance, path)


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
    content = database(nodes, data, ip_version=ip_version)
    assert not disagreements(content, Random(len(nodes)))  # noqa: S311


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


def test_a_key_named_twice() -> None:
    """A map with one key twice is refused, because readers differ in which they believe."""
    data = bytes([7 << 5 | 2]) + (text("country") + text("FR")) + (text("country") + text("RU"))
    refused(database([(1 + 16, 1)], data, ip_version=4), "names a key twice")


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
