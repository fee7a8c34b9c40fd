"""The data section of a MaxMind DB: typed values, decoded with bounds on depth and work.

Source: MaxMind DB File Format Specification 2.0, "Output Data Section" and "Reader Resource
Limits".
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass

from regiongate.geo.mmdb.errors import MmdbError

MAX_DEPTH = 64
"""No record nests deeper; a pointer that leads back to its own container would never end."""

MAX_VALUES = 1 << 16
MAX_PAYLOAD = 2 << 20
"""Values, and bytes of text, in one record with all its pointers followed. The specification
("Reader Resource Limits") recommends both; what MaxMind writes needs a few hundred and a kilobyte.
"""

WORK_PER_BYTE = 4
"""Values and bytes of text decoded for each byte of the section at most: records may overlap."""

POINTER, TEXT, MAP, ARRAY, BOOLEAN = 1, 2, 7, 11, 14
_POINTER_BASE = (0, 2048, 526336, 0)
_FIXED_SIZE = {3: 8, 15: 4}
_LARGEST_SIZE = {5: 2, 6: 4, 8: 4, 9: 8, 10: 16}


@dataclass(slots=True)
class _Extent:
    """How far a value unfolds: values and bytes of text in it, and how deep it nests."""

    values: int = 0
    payload: int = 0
    depth: int = 0


class Decoder:
    """Decodes values of one data section; a value that pointers share is decoded once.

    `base` is where the section begins in the file, for error messages. Maps become dict, arrays
    list, and shared values are shared objects: treat them as frozen. What a shared value holds
    counts wherever it is pointed to, so that nobody who walks a record is led astray.
    """

    def __init__(self, section: bytes, file: str, base: int) -> None:
        self._section = section
        self._file = file
        self._base = base
        self._shared: dict[int, tuple[object, _Extent]] = {}
        self._work_left = WORK_PER_BYTE * len(section) + 16 * MAX_DEPTH
        self._extent = _Extent()

    def decode(self, offset: int) -> object:
        """The value at an offset of the section; raises MmdbError when it is damaged."""
        self._extent = _Extent()
        return self._value(offset, 0)[0]

    def _value(self, offset: int, depth: int) -> tuple[object, int]:
        """The value at an offset and the offset behind it."""
        kind, size, after = self._control(offset)
        if kind == POINTER:
            return self._pointed(size, after, depth)
        if kind == MAP:
            self._count(offset, depth, 0)
            return self._map(size, after, depth)
        if kind == ARRAY:
            self._count(offset, depth, 0)
            return self._array(size, after, depth)
        if kind == BOOLEAN:
            self._count(offset, depth, 0)
            if size > 1:
                raise self._error(offset, f"a boolean of value {size}")
            return size == 1, after
        payload = self._take(after, size)
        self._count(offset, depth, size)
        return self._scalar(kind, after, payload), after + size

    def _count(self, offset: int, depth: int, payload: int) -> None:
        """Notes one value that is really decoded, at a depth in its record."""
        extent = self._extent
        extent.values += 1
        extent.payload += payload
        extent.depth = max(extent.depth, depth)
        self._work_left -= 1 + payload
        if self._work_left < 0:
            raise self._error(offset, "pointers unfold to more than the file can hold")
        self._check(extent, offset)

    def _check(self, extent: _Extent, offset: int) -> None:
        if extent.depth > MAX_DEPTH:
            raise self._error(offset, "values nest too deeply or in a circle")
        if extent.values > MAX_VALUES or extent.payload > MAX_PAYLOAD:
            raise self._error(offset, "pointers unfold to a record past all measure")

    def _control(self, offset: int) -> tuple[int, int, int]:
        """Type, size and the offset of the payload; for a pointer the size bits are raw."""
        control = self._byte(offset)
        offset += 1
        kind, size = control >> 5, control & 0x1F
        if kind == POINTER:
            return kind, size, offset
        if kind == 0:
            kind = 7 + self._byte(offset)
            offset += 1
        if size >= 29:
            more = size - 28
            base = (29, 285, 65821)[more - 1]
            size = base + int.from_bytes(self._take(offset, more))
            offset += more
        return kind, size, offset

    def _pointed(self, bits: int, offset: int, depth: int) -> tuple[object, int]:
        length = (bits >> 3) + 1
        high = 0 if length == 4 else bits & 7
        target = (high << 8 * length) + int.from_bytes(self._take(offset, length))
        target += _POINTER_BASE[length - 1]
        if target not in self._shared:
            if self._byte(target) >> 5 == POINTER:
                raise self._error(offset, "a pointer points to a pointer")
            self._shared[target] = self._apart(target, depth + 1)
        value, extent = self._shared[target]
        whole = self._extent
        whole.values += extent.values
        whole.payload += extent.payload
        whole.depth = max(whole.depth, depth + 1 + extent.depth)
        self._check(whole, offset)
        return value, offset + length

    def _apart(self, offset: int, depth: int) -> tuple[object, _Extent]:
        """A value and its own extent; `depth` is where it lies, so that a circle ends."""
        whole, self._extent = self._extent, _Extent(depth=depth)
        value = self._value(offset, depth)[0]
        own, self._extent = self._extent, whole
        return value, _Extent(own.values, own.payload, own.depth - depth)

    def _map(self, size: int, offset: int, depth: int) -> tuple[dict[str, object], int]:
        result: dict[str, object] = {}
        for _ in range(size):
            key, after = self._value(offset, depth + 1)
            if not isinstance(key, str):
                raise self._error(offset, "a map key that is no text")
            if key in result:
                # Readers differ in which of the two they believe.
                raise self._error(offset, "a map names a key twice")
            result[key], offset = self._value(after, depth + 1)
        return result, offset

    def _array(self, size: int, offset: int, depth: int) -> tuple[list[object], int]:
        result = []
        for _ in range(size):
            value, offset = self._value(offset, depth + 1)
            result.append(value)
        return result, offset

    def _scalar(self, kind: int, offset: int, payload: bytes) -> object:
        if kind == TEXT:
            return self._text(offset, payload)
        scalar = _SCALARS.get(kind)
        if scalar is None:
            raise self._error(offset, f"unknown type {kind}")
        size = len(payload)
        if size != _FIXED_SIZE.get(kind, size) or size > _LARGEST_SIZE.get(kind, size):
            raise self._error(offset, f"a value of type {kind} with {size} bytes")
        return scalar(payload)

    def _text(self, offset: int, payload: bytes) -> str:
        try:
            return payload.decode("utf-8")
        except UnicodeDecodeError:
            raise self._error(offset, "text that is not UTF-8") from None

    def _byte(self, offset: int) -> int:
        try:
            return self._section[offset]
        except IndexError:
            raise self._error(offset, "1 bytes wanted, 0 left in the section") from None

    def _take(self, offset: int, size: int) -> bytes:
        taken = self._section[offset : offset + size]
        if len(taken) != size:
            raise self._error(offset, f"{size} bytes wanted, {len(taken)} left in the section")
        return taken

    def _error(self, offset: int, reason: str) -> MmdbError:
        return MmdbError(self._file, self._base + offset, reason)


def _int32(payload: bytes) -> int:
    # Short payloads are padded with zeros in front, so only four bytes can be negative.
    return int.from_bytes(payload, signed=len(payload) == 4)


def _double(payload: bytes) -> float:
    return float(struct.unpack(">d", payload)[0])


def _float(payload: bytes) -> float:
    return float(struct.unpack(">f", payload)[0])


_SCALARS: dict[int, Callable[[bytes], object]] = {
    3: _double,
    4: bytes,
    5: int.from_bytes,
    6: int.from_bytes,
    8: _int32,
    9: int.from_bytes,
    10: int.from_bytes,
    15: _float,
}
