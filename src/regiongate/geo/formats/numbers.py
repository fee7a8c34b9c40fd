"""Texts of addresses and integers as numbers of 128 bits, a column at a time.

IPv4 is parsed by `geo.column`. IPv6 is not, for that folds what carries an IPv4 address, and the
end of a range in 2002::/16 must stay where it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from socket import AF_INET6, inet_pton

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from regiongate.geo import wide
from regiongate.geo.column.parse import parse
from regiongate.geo.column.pieces import cut
from regiongate.geo.column.texts import texts as arrow_texts
from regiongate.geo.wide import U64, Flags

BAD, INTEGER, FOUR, SIX = range(4)
Kinds = npt.NDArray[np.int8]

_MOST_DIGITS = 39
"""The greatest number of 128 bits has so many digits."""


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """Numbers as `hi` and `lo` (uint64[n]) and how each is written, as `kind` (int8[n]).

    `kind` is INTEGER, FOUR or SIX (an address of that family), or BAD for a text that is none.
    """

    hi: U64
    lo: U64
    kind: Kinds


def numbers(texts: pa.StringArray) -> Numbers:
    """The number of each text. White space around an address does not matter."""
    found = Numbers(
        np.zeros(len(texts), dtype=np.uint64),
        np.zeros(len(texts), dtype=np.uint64),
        np.zeros(len(texts), dtype=np.int8),
    )
    integer = _flags(pc.ascii_is_decimal(texts))
    six = _flags(pc.match_substring(texts, ":"))
    _put(found, texts, integer, INTEGER, _integers)
    _put(found, texts, six, SIX, _sixes)
    _put(found, texts, ~(integer | six), FOUR, _fours)
    return found


def _flags(values: pa.BooleanArray) -> Flags:
    flags: Flags = values.to_numpy(zero_copy_only=False)
    return flags


Parsed = tuple[U64, U64, Flags]


def _put(
    found: Numbers,
    texts: pa.StringArray,
    rows: Flags,
    kind: int,
    parse: Callable[[pa.StringArray], Parsed],
) -> None:
    """Parses the rows that are of this kind and writes them into their places."""
    if not rows.any():
        return
    chosen = texts if rows.all() else texts.filter(pa.array(rows))
    found.hi[rows], found.lo[rows], good = parse(chosen)
    found.kind[rows] = np.where(good, kind, BAD)


def _integers(texts: pa.StringArray) -> Parsed:
    try:
        # Arrow's widest decimal is the number itself in four words, the lowest one first.
        cast = pc.cast(texts, pa.decimal256(_MOST_DIGITS, 0))
    except pa.ArrowInvalid:
        return _one_by_one(texts.to_pylist(), _integer)
    words = np.frombuffer(cast.buffers()[1], dtype="<u8").reshape(-1, 4)
    words = words[cast.offset : cast.offset + len(cast)]
    good = (words[:, 2] == 0) & (words[:, 3] == 0)
    return words[:, 1].astype(np.uint64), words[:, 0].astype(np.uint64), good


def _fours(texts: pa.StringArray) -> Parsed:
    hi, lo = (np.zeros(len(texts), dtype=np.uint64) for _ in range(2))
    good = np.zeros(len(texts), dtype=np.bool_)
    for piece, rows in cut(arrow_texts(texts)):
        parsed = parse(piece)
        lo[rows], good[rows] = parsed.lo, parsed.valid
    bad = np.flatnonzero(~good)
    if bad.size:
        trimmed = pc.utf8_trim_whitespace(texts.take(pa.array(bad)))
        again = parse(arrow_texts(trimmed))
        lo[bad], good[bad] = again.lo, again.valid
    return hi, lo, good


def _sixes(texts: pa.StringArray) -> Parsed:
    objects = texts.to_numpy(zero_copy_only=False)
    try:
        packed = b"".join(map(partial(inet_pton, AF_INET6), objects))
    except (OSError, ValueError):
        return _one_by_one(objects, _six)
    halves = np.frombuffer(packed, dtype=">u8").reshape(-1, 2).astype(np.uint64)
    return halves[:, 0], halves[:, 1], np.ones(len(halves), dtype=np.bool_)


def _one_by_one(texts: Iterable[str], number: Callable[[str], int | None]) -> Parsed:
    each = [number(text) for text in texts]
    hi, lo = wide.split([one or 0 for one in each])
    return hi, lo, np.array([one is not None for one in each], dtype=np.bool_)


def _integer(text: str) -> int | None:
    if len(text.lstrip("0")) > _MOST_DIGITS:
        return None
    number = int(text[-_MOST_DIGITS:])
    return number if number < 1 << 128 else None


def _six(text: str) -> int | None:
    try:
        return int.from_bytes(inet_pton(AF_INET6, text.strip()), "big")
    except (OSError, ValueError):
        return None
