"""The organization table: whose an API key is and how it stands, by SHA-256 digest.

One immutable binary file, read by `keys.lua` in every Envoy worker and by nothing at run time
in Python. All numbers are unsigned 32-bit little-endian.

    offset          bytes             holds
    0               8                 magic, b"RGKEYS2\\n"
    8               4                 K, number of keys
    12              4                 O, number of organizations
    16              4                 length of the names in bytes
    20              4                 S, number of standings
    24              4                 length of the standings in bytes
    28              4                 CRC-32 (zlib) of everything after this header
    32              32 K              digests, ascending
    32 + 32 K       4 K               its organization for each digest, 2**32 - 1: none
    32 + 36 K       4 K               its standing for each digest, 2**32 - 1: ordinary
    32 + 40 K       4 (O + 1)         where each organization's name starts; the last is the end
    ...             4 (S + 1)         the same for the standings
    ...             names             the organization ids, ascending, without separators
    ...             standings         the names of the standings, ascending, without separators
    ...             0 to 3            zero bytes, up to a multiple of four

Keys of one organization share its name, so 100 000 keys take 5 to 7 MB. The digests are sorted
and uniformly spread, so a reader finds one in a handful of steps. Standings stand here, and not in
the gate, because Envoy takes a hundred times as long for a row of a matching tree.
"""

from __future__ import annotations

import re
import struct
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from sys import byteorder

from regiongate.domain.organization import ID_PATTERN

MAGIC = b"RGKEYS2\n"
DIGEST_BYTES = 32
MAX_ORGANIZATION_BYTES = 256
NONE = 2**32 - 1
"""The number of no organization, and of the standing that everybody has."""

Row = tuple[bytes, str | None, str | None]
"""The digest of a key, the organization it belongs to, and its standing; None: ordinary."""

_HEADER = struct.Struct("<8s6I")
_ORGANIZATION = re.compile(ID_PATTERN)


class KeyTableError(ValueError):
    """Rows that cannot become a table, or bytes that are not one."""


@dataclass(frozen=True, slots=True)
class KeyBook:
    """Whose the keys are, ready to be written with one set of standings after another.

    `numbers` index into `names` for each of `digests`; both are sorted.
    """

    digests: Sequence[bytes]
    numbers: array[int]
    names: Sequence[str]

    @classmethod
    def of(cls, rows: Iterable[tuple[bytes, str]]) -> KeyBook:
        """The book of (SHA-256 digest of the key, organization id) rows, in any order.

        A repeated row counts once; one digest with two organizations is an error.
        """
        owner: dict[bytes, str] = {}
        for number, (digest, organization) in enumerate(rows, start=1):
            _check_digest(digest, f"row {number}")
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
        return cls(digests, array("I", (number_of[owner[one]] for one in digests)), names)

    def pack(self, standings: Mapping[bytes, str]) -> bytes:
        """The table in which these keys have standings of their own; the others are ordinary.

        A key that belongs to nobody may have one too. The same arguments give the same bytes.
        """
        digests, numbers = list(self.digests), self.numbers[:]
        for digest in sorted(standings):
            _check_digest(digest, "a standing")
            at = bisect_left(digests, digest)
            if at == len(digests) or digests[at] != digest:
                digests.insert(at, digest)
                numbers.insert(at, NONE)
        names = sorted(set(standings.values()))
        number_of = {name: number for number, name in enumerate(names)}
        marks = array("I", [NONE]) * len(digests)
        for digest, name in standings.items():
            marks[bisect_left(digests, digest)] = number_of[name]
        owners, stated = "".join(self.names).encode("ascii"), "".join(names).encode("ascii")
        starts = [_little(_starts(self.names)), _little(_starts(names))]
        padding = bytes(-(len(owners) + len(stated)) % 4)
        body = b"".join(
            [*digests, _little(numbers), _little(marks), *starts, owners, stated, padding]
        )
        sizes = (len(digests), len(self.names), len(owners), len(names), len(stated))
        return _HEADER.pack(MAGIC, *sizes, zlib.crc32(body)) + body


def pack(rows: Iterable[tuple[bytes, str]], standings: Mapping[bytes, str] | None = None) -> bytes:
    """The table of keys and their organizations, with the standings that are not ordinary."""
    return KeyBook.of(rows).pack(standings or {})


@dataclass(frozen=True, slots=True)
class KeyTable:
    """A table read back. What it says of whose the keys are stands apart from how they stand.

    `whose` and `how` are the sections of the file: digests, the numbers of organizations, where
    their names start, the names; the numbers of standings, and these in the same way.
    """

    whose: tuple[bytes, bytes, bytes, bytes]
    how: tuple[bytes, bytes, bytes]

    @classmethod
    def read(cls, data: bytes) -> KeyTable:
        """Raises KeyTableError where a byte is not what was written."""
        if len(data) < _HEADER.size:
            raise KeyTableError(
                f"the organization table has {len(data)} bytes, a header alone has "
                f"{_HEADER.size}: build the bundle again"
            )
        magic, keys, organizations, owned, standings, stated, crc = _HEADER.unpack_from(data)
        if magic != MAGIC:
            raise KeyTableError(
                f"the organization table begins with {magic!r}, not {MAGIC!r}: "
                "build the bundle again"
            )
        offsets = (4 * (organizations + 1), 4 * (standings + 1))
        padding = -(owned + stated) % 4
        sizes = [DIGEST_BYTES * keys, 4 * keys, 4 * keys, *offsets, owned, stated, padding]
        ends = list(accumulate(sizes, initial=_HEADER.size))
        if len(data) != ends[-1]:
            raise KeyTableError(
                f"the organization table has {len(data)} bytes, its header says {ends[-1]}: "
                "build the bundle again"
            )
        if zlib.crc32(memoryview(data)[_HEADER.size :]) != crc:
            raise KeyTableError(
                "the organization table does not match its checksum: build the bundle again"
            )
        digests, numbers, marks, starts, others, owner_text, text, _ = (
            data[begin:end] for begin, end in pairwise(ends)
        )
        return cls((digests, numbers, starts, owner_text), (marks, others, text))

    def standings(self) -> dict[bytes, str]:
        """The standing of each key that has one. Raises KeyTableError where one has no name."""
        marks, *texts = self.how
        stated, marked = _texts(*texts), enumerate(_numbers(marks))
        found = {self._digest(row): mark for row, mark in marked if mark != NONE}
        _require_used(found.values(), stated)
        return {digest: stated[mark] for digest, mark in found.items()}

    def rows(self) -> Iterator[Row]:
        """The rows in digest order. Raises KeyTableError where the parts do not fit together."""
        _, numbers_at, *owned = self.whose
        marks_at, *texts = self.how
        numbers, marks = _numbers(numbers_at), _numbers(marks_at)
        owners, stated = _texts(*owned), _texts(*texts)
        for name in owners:
            _check_organization(name)
        digests = [self._digest(row) for row in range(len(numbers))]
        if any(left >= right for left, right in pairwise(digests)):
            raise KeyTableError("the digests of the organization table are not ascending")
        _require_used(numbers, owners)
        _require_used(marks, stated)
        return (
            (digest, _named(owners, number), _named(stated, mark))
            for digest, number, mark in zip(digests, numbers, marks, strict=True)
        )

    def _digest(self, row: int) -> bytes:
        return self.whose[0][DIGEST_BYTES * row : DIGEST_BYTES * (row + 1)]


def unpack(data: bytes) -> Iterator[Row]:
    """Return the rows of a table in digest order; raise if a single byte is not as it must be."""
    return KeyTable.read(data).rows()


def _texts(starts: bytes, text: bytes) -> list[str]:
    offsets = _numbers(starts)
    if offsets[0] != 0 or offsets[-1] != len(text) or any(a >= b for a, b in pairwise(offsets)):
        raise KeyTableError("the names of the organization table overlap or leave gaps")
    try:
        names = text.decode("ascii")
    except UnicodeDecodeError:
        raise KeyTableError("a name of the organization table is not ASCII") from None
    return [names[start:end] for start, end in pairwise(offsets)]


def _numbers(section: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(section) // 4}I", section)


def _require_used(numbers: Iterable[int], names: Sequence[str]) -> None:
    if set(numbers) - {NONE} != set(range(len(names))):
        raise KeyTableError("a key of the organization table has no name, or a name has no key")


def _named(names: Sequence[str], number: int) -> str | None:
    return None if number == NONE else names[number]


def _check_digest(digest: bytes, where: str) -> None:
    if len(digest) != DIGEST_BYTES:
        raise KeyTableError(
            f"{where}: a digest is {DIGEST_BYTES} bytes, this one is {len(digest)}: "
            "give the SHA-256 digest of the key as bytes, not as hex"
        )


def _check_organization(name: str) -> None:
    if not _ORGANIZATION.fullmatch(name):
        raise KeyTableError(
            f"organization id {name!r}: an id has 1 to {MAX_ORGANIZATION_BYTES} printable ASCII "
            "characters without space or comma, because it travels in a request header"
        )


def _starts(names: Sequence[str]) -> array[int]:
    return array("I", accumulate(map(len, names), initial=0))


def _little(numbers: array[int]) -> bytes:
    if byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers.tobytes()
