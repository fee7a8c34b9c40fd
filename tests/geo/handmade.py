"""MaxMind DB files put together byte by byte, without the writer under test."""

from collections.abc import Mapping, Sequence

import pytest

from regiongate.geo.mmdb import MmdbError, read

MARKER = b"\xab\xcd\xefMaxMind.com"
Node = tuple[int, int]


def text(value: str) -> bytes:
    """A short text of the data section."""
    return bytes([2 << 5 | len(value)]) + value.encode()


def uint(value: int, kind: int) -> bytes:
    """An unsigned integer: kind 5 (16 bits), 6 (32 bits) or 9 (64 bits)."""
    payload = value.to_bytes(4 if kind == 6 else 2)
    first = bytes([kind << 5 | len(payload)]) if kind < 8 else bytes([len(payload), kind - 7])
    return first + payload


def node_bytes(node: Node, size: int) -> bytes:
    """The two records of a node."""
    left, right = node
    if size == 28:
        middle = left >> 24 << 4 | right >> 24
        return (left & 0xFFFFFF).to_bytes(3) + bytes([middle]) + (right & 0xFFFFFF).to_bytes(3)
    return left.to_bytes(size // 8) + right.to_bytes(size // 8)


def database(
    nodes: Sequence[Node],
    data: bytes,
    *,
    size: int = 24,
    ip_version: int = 6,
    changed: Mapping[str, bytes] = {},
) -> bytes:
    """A file with these nodes and this data section; `changed` replaces metadata fields."""
    fields = {
        "binary_format_major_version": uint(2, 5),
        "binary_format_minor_version": uint(0, 5),
        "build_epoch": uint(1, 9),
        "database_type": text("handmade"),
        "description": bytes([7 << 5]),
        "ip_version": uint(ip_version, 5),
        "languages": bytes([0, 11 - 7]),
        "node_count": uint(len(nodes), 6),
        "record_size": uint(size, 5),
    } | dict(changed)
    metadata = bytes([7 << 5 | len(fields)])
    metadata += b"".join(text(key) + value for key, value in fields.items())
    tree = b"".join(node_bytes(node, size) for node in nodes)
    return tree + bytes(16) + data + MARKER + metadata


def chain(depth: int, last: Node, empty: int) -> list[Node]:
    """Nodes that follow zero bits down to a last node at a depth; all other branches are empty."""
    return [(number + 1, empty) for number in range(depth)] + [last]


def balanced(leaves: Sequence[int]) -> list[Node]:
    """The nodes of a tree whose leaves, a power of two, point to these offsets of the data."""
    inner = len(leaves) - 1
    records = [*range(inner), *(inner + 16 + offset for offset in leaves)]
    return [(records[2 * node + 1], records[2 * node + 2]) for node in range(inner)]


def pointer(target: int) -> bytes:
    """A pointer to an offset of the data below 2048."""
    return bytes([1 << 5 | target >> 8, target & 255])


def refused(content: bytes, reason: str) -> None:
    """The file is refused for a reason, and the message names the file and a byte."""
    with pytest.raises(MmdbError, match=rf"(?s)^bad\.mmdb: byte \d+: .*{reason}"):
        read(content, "bad.mmdb")
