"""The organization table: which organization an API key belongs to, by SHA-256 digest.

One immutable binary file, read by `keys.lua` in every Envoy worker and by nothing at run time
in Python. All numbers are unsigned 32-bit little-endian.

    offset          bytes             holds
    0               8                 magic, b"RGKEYS1\\n"
    8               4                 K, number of keys
    12              4                 O, number of organizations
    16              4                 length of the names in bytes
    20              4                 CRC-32 (zlib) of everything after this header
    24              32 K              digests, ascending
    24 + 32 K       4 K               for each digest the number of its organization
    24 + 36 K       4 (O + 1)         where each organization's name starts; the last is the end
    ...             names             the organization ids, ascending, without separators
    ...             0 to 3            zero bytes, up to a multiple of four

Keys of one organization share its name, so 100 000 keys take 4 to 6 MB. The digests are sorted
and uniformly spread, so a reader finds one in a handful of steps.
"""

from __future__ import annotations

import re
import struct
import zlib
from array import array
from collections.abc import Iterable, Iterator
from itertools import pairwise
from sys import byteorder

from regiongate.domain.organization import ID_PATTERN

MAGIC = b"RGKEYS1\n"
DIGEST_BYTES = 32
MAX_ORGANIZATION_BYTES = 256

_HEADER = struct.Struct("<8s4I")
_ORGANIZATION = re.compile(ID_PATTERN)


class KeyTableError(ValueError):
    """Rows that cannot become a table, or bytes that are not one."""


def pack(rows: Iterable[tuple[bytes, str]]) -> bytes:
    """Return the table for (SHA-256 digest of the key, organization id) rows, in any order.

    The same set of rows gives the same bytes. A repeated row counts once; one digest with two
    organizations is an error.
    """
    owner: dict[bytes, str] = {}
    for number, (digest, organization) in enumerate(rows, start=1):
        if len(digest) != DIGEST_BYTES:
            raise KeyTableError(
                f"row {number}: a digest is {DIGEST_BYTES} bytes, this one is {len(digest)}: "
                "give the SHA-256 digest of the key as bytes, not as hex"
            )
        known = owner.setdefault(bytes(digest), organization)
        if known != organization:
            raise KeyTableError(
                f"row {number}: key {digest[:8].hex()} belongs to {known!r} and "
                f"to {organization!r}: remove one of the two"
            )
    names = sorted(set(owner.values()))
    for name in names:
        _check_organization(name)
    number_of = {name: number for number, name in enumerate(names)}
    digests = sorted(owner)
    numbers = array("I", (number_of[owner[digest]] for digest in digests))
    offsets = array("I", [0])
    for name in names:
        offsets.append(offsets[-1] + len(name))
    text = "".join(names).encode("ascii")
    body = b"".join([*digests, _little(numbers), _little(offsets), text, bytes(-len(text) % 4)])
    return _HEADER.pack(MAGIC, len(digests), len(names), len(text), zlib.crc32(body)) + body


def unpack(data: bytes) -> Iterator[tuple[bytes, str]]:
    """Return the rows of a table in digest order; raise if a single byte is not as it must be."""
    if len(data) < _HEADER.size:
        raise KeyTableError(
            f"the organization table has {len(data)} bytes, a header alone has {_HEADER.size}: "
            "build the bundle again"
        )
    magic, keys, organizations, text_bytes, crc = _HEADER.unpack_from(data)
    if magic != MAGIC:
        raise KeyTableError(
            f"the organization table begins with {magic!r}, not {MAGIC!r}: build the bundle again"
        )
    numbers_at = _HEADER.size + DIGEST_BYTES * keys
    offsets_at = numbers_at + 4 * keys
    text_at = offsets_at + 4 * (organizations + 1)
    expected = text_at + text_bytes + -text_bytes % 4
    if len(data) != expected:
        raise KeyTableError(
            f"the organization table has {len(data)} bytes, its header says {expected}: "
            "build the bundle again"
        )
    if zlib.crc32(memoryview(data)[_HEADER.size :]) != crc:
        raise KeyTableError(
            "the organization table does not match its checksum: build the bundle again"
        )
    digests = [data[at : at + DIGEST_BYTES] for at in range(_HEADER.size, numbers_at, DIGEST_BYTES)]
    numbers = struct.unpack_from(f"<{keys}I", data, numbers_at)
    offsets = struct.unpack_from(f"<{organizations + 1}I", data, offsets_at)
    text = data[text_at : text_at + text_bytes]
    if any(left >= right for left, right in pairwise(digests)):
        raise KeyTableError("the digests of the organization table are not ascending")
    if offsets[0] != 0 or offsets[-1] != text_bytes or any(a >= b for a, b in pairwise(offsets)):
        raise KeyTableError("the names of the organization table overlap or leave gaps")
    if set(numbers) != set(range(organizations)):
        raise KeyTableError("a key of the organization table has no organization, or the reverse")
    try:
        names = [text[start:end].decode("ascii") for start, end in pairwise(offsets)]
    except UnicodeDecodeError:
        raise KeyTableError("an organization id of the table is not ASCII") from None
    for name in names:
        _check_organization(name)
    return ((digest, names[number]) for digest, number in zip(digests, numbers, strict=True))


def _check_organization(name: str) -> None:
    if not _ORGANIZATION.fullmatch(name):
        raise KeyTableError(
            f"organization id {name!r}: an id has 1 to {MAX_ORGANIZATION_BYTES} printable ASCII "
            "characters without space or comma, because it travels in a request header"
        )


def _little(numbers: array[int]) -> bytes:
    if byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers.tobytes()
