"""The data section of a MaxMind DB: typed values, decoded with bounds on depth and work.

Source: MaxMind DB File Format Specification 2.0, "Output Data Section".
"""

from __future__ import annotations

import struct
from collections.abc import Callable

from regiongate.geo.mmdb.errors import MmdbError

MAX_DEPTH = 64
"""No record nests deeper; a pointer that leads back to its own container would never end."""

WORK_PER_BYTE = 16
"""Values decoded for each byte of the section at most: pointers let a small file unfold far."""

POINTER, MAP, ARRAY, BOOLEAN = 1, 7, 11, 14
_POINTER_BASE = (0, 2048, 526336, 0)
_FIXED_SIZE = {3: 8, 15: 4}
_LARGEST_SIZE = {5: 2, 6: 4, 8: 4, 9: 8, 10: 16}


class Decoder:
    """Decodes values of one data section; a value that pointers share is decoded once.

    `base` is where the section begins in the file, for error messages. Maps become dict, arrays
    list, and shared values are shared objects: treat them as frozen.
    """

    def __init__(self, section: bytes, file: str, base: int) -> None:
        self._section = section
        self._file = file
        self._base = base
        self._shared: dict[int, object] = {}
        self._work_left = WORK_PER_BYTE * len(section) + MAX_DEPTH

    def decode(self, offset: int) -> object:
        """The value at an offset of the section; raises MmdbError when it is damaged."""
        return self._value(offset, 0)[0]

    def _value(self, offset: int, depth: int) -> tuple[object, int]:
        """The value at an offset and the offset behind it."""
        self._work_left -= 1
        if depth > MAX_DEPTH:
            raise self._error(offset, "values nest too deeply or in a circle")
        if self._work_left < 0:
            raise self._error(offset, "pointers unfold to more values than the file can hold")
        kind, size, offset = self._control(offset)
        if kind == POINTER:
            return self._pointed(size, offset, depth)
        if kind == MAP:
            return self._map(size, offset, depth)
        if kind == ARRAY:
            return self._array(size, offset, depth)
        if kind == BOOLEAN:
            if size > 1:
                raise self._error(offset, f"a boolean of value {size}")
            return bool(size), offset
        return self._scalar(kind, offset, self._take(offset, size)), offset + size

    def _control(self, offset: int) -> tuple[int, int, int]:
        """Type, size and the offset of the payload; for a pointer the size bits are raw."""
        control = self._take(offset, 1)[0]
        offset += 1
        kind, size = control >> 5, control & 0x1F
        if kind == POINTER:
            return kind, size, offset
        if kind == 0:
            kind = 7 + self._take(offset, 1)[0]
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
            if self._take(target, 1)[0] >> 5 == POINTER:
                raise self._error(offset, "a pointer points to a pointer")
            self._shared[target] = self._value(target, depth + 1)[0]
        return self._shared[target], offset + length

    def _map(self, size: int, offset: int, depth: int) -> tuple[dict[str, object], int]:
        result: dict[str, object] = {}
        for _ in range(size):
            key, after = self._value(offset, depth + 1)
            if not isinstance(key, str):
                raise self._error(offset, "a map key that is no text")
            result[key], offset = self._value(after, depth + 1)
        return result, offset

    def _array(self, size: int, offset: int, depth: int) -> tuple[list[object], int]:
        result = []
        for _ in range(size):
            value, offset = self._value(offset, depth + 1)
            result.append(value)
        return result, offset

    def _scalar(self, kind: int, offset: int, payload: bytes) -> object:
        scalar = _SCALARS.get(kind)
        if scalar is None:
            raise self._error(offset, f"unknown type {kind}")
        size = len(payload)
        if size != _FIXED_SIZE.get(kind, size) or size > _LARGEST_SIZE.get(kind, size):
            raise self._error(offset, f"a value of type {kind} with {size} bytes")
        try:
            return scalar(payload)
        except UnicodeDecodeError:
            raise self._error(offset, "text that is not UTF-8") from None

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
    2: lambda payload: payload.decode("utf-8"),
    3: _double,
    4: bytes,
    5: int.from_bytes,
    6: int.from_bytes,
    8: _int32,
    9: int.from_bytes,
    10: int.from_bytes,
    15: _float,
}
