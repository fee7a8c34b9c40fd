"""Texts cut at their dots and colons, and what the pieces between them say as numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regiongate.geo.column.texts import Bytes
from regiongate.geo.wide import Flags, Index

Numbers = npt.NDArray[np.uint16]

DOT, COLON = ord("."), ord(":")

_DIGITS = 4
"""The most hexadecimal digits that a group of an address has (RFC 4291, section 2.2)."""

_NO_DIGIT = 0xFF
_MOST_32 = 1 << 31

# By how many bytes an octet has, and the digits of the last three as if they were hexadecimal: its
# number, -1 where such a text is no octet. Digits that are another text's say nothing.
_MOST_DIGITS = 4
"""Three, and one too many."""
_OCTETS = np.full(_MOST_DIGITS + 1 << 12, -1, dtype=np.int64)
for _octet in range(256):
    _text = str(_octet)
    _OCTETS[len(_text) << 12 | int(_text, 16) : len(_text) + 1 << 12 : 16 ** len(_text)] = _octet


@dataclass(frozen=True, slots=True, eq=False)
class Cuts:
    """Where the dots and colons of n texts are, which lie side by side in `data` (uint8).

    Text `i` is the bytes from `offsets[i]` until `offsets[i + 1]` (int64[n + 1]); its separators
    are at `at[before[i]]` to `at[before[i + 1] - 1]` (int64[s] and int64[n + 1]). `digits` (uint8)
    is the value of each byte as a hexadecimal digit, `_DIGITS` places later than the byte.
    """

    data: Bytes
    offsets: Index
    at: Index
    before: Index
    digits: Bytes


def cut(data: Bytes, offsets: Index) -> Cuts:
    """Find the separators of the texts `data[offsets[i]:offsets[i + 1]]`, the first one at 0."""
    separates = (data == DOT) | (data == COLON)
    digits = np.full(data.size + _DIGITS, _NO_DIGIT, dtype=np.uint8)
    digits[_DIGITS:] = _digits(data)
    # Counting all bytes takes half as long as looking for the offsets among the separators.
    count = np.zeros(data.size + 1, dtype=np.int32 if data.size < _MOST_32 else np.int64)
    np.cumsum(separates, out=count[1:])
    before = count.take(offsets).astype(np.int64)
    return Cuts(data, offsets, np.flatnonzero(separates), before, digits)


def hexadecimals(digits: Bytes, end: Index, length: Index) -> tuple[Numbers, Flags]:
    """Number and validity of pieces of hexadecimal digits: so long, and ending before `end`.

    An empty piece is valid and 0; more than four digits are not.
    """
    place = end + (_DIGITS - 1)
    width = np.minimum(length, _DIGITS).astype(np.uint8)
    number = np.zeros(end.size, dtype=np.uint16)
    worst = np.zeros(end.size, dtype=np.uint8)
    for digit in range(_DIGITS):
        value = digits.take(place) * (width > digit)
        np.maximum(worst, value, out=worst)
        number |= value.astype(np.uint16) << np.uint16(4 * digit)
        place -= 1
    return number, (worst != _NO_DIGIT) & (length <= _DIGITS)


def octets(digits: Bytes, end: Index, length: Index) -> Index:
    """What pieces of decimal digits say: 0 to 255, without leading zeros; -1 where it is no octet.

    A piece is so long (int64[k]) and ends before `end` (int64[k]).
    """
    place = end + (_DIGITS - 1)
    # What is no digit becomes 15, which no octet has either; a shift drops the upper half.
    known = np.minimum(length, _MOST_DIGITS) << 12
    known |= digits.take(place) & 0xF | digits.take(place - 1) << 4
    known |= (digits.take(place - 2) & 0xF).astype(np.int64) << 8
    return _OCTETS.take(known)


def _digits(data: Bytes) -> Bytes:
    """The value of each byte as a hexadecimal digit, `_NO_DIGIT` for any other.

    Below its range a byte wraps around to something large, so one comparison finds both sides;
    a processor does these few steps for many bytes at once, and looks up only one in a table.
    """
    digit = data - np.uint8(ord("0"))
    letter = (data | np.uint8(0x20)) - np.uint8(ord("a"))
    digit |= np.negative((digit > 9).view(np.uint8))
    letter = letter + np.uint8(10) | np.negative((letter > 5).view(np.uint8))
    least: Bytes = np.minimum(digit, letter)
    return least
