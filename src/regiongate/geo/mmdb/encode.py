"""Python values as bytes of a MaxMind DB data section; equal values have equal bytes.

Source: MaxMind DB File Format Specification 2.0, "Output Data Section".
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

TEXT, DOUBLE, BYTES, UINT16, UINT32, MAP = 2, 3, 4, 5, 6, 7
INT32, UINT64, UINT128, ARRAY, BOOLEAN = 8, 9, 10, 11, 14
# Small numbers take 32 bits as well: Envoy looks for an AS number in that type only.
_UNSIGNED = ((32, UINT32), (64, UINT64), (128, UINT128))


def encode_value(value: object) -> bytes:
    """The bytes of a value; map keys are sorted, so that equal maps are equal bytes.

    bool, int, float, str, bytes, mappings with text keys and sequences are possible; anything
    else, None included, raises TypeError, and an integer out of range OverflowError.
    """
    if isinstance(value, bool):
        return _control(BOOLEAN, int(value))
    if isinstance(value, int):
        return _integer(value)
    if isinstance(value, float):
        return _control(DOUBLE, 8) + struct.pack(">d", value)
    if isinstance(value, str):
        text = value.encode("utf-8")
        return _control(TEXT, len(text)) + text
    if isinstance(value, bytes):
        return _control(BYTES, len(value)) + value
    return _container(value)


def encode_map(fields: Mapping[str, bytes]) -> bytes:
    """The bytes of a map whose values are encoded already, the keys sorted."""
    pairs = (encode_value(key) + fields[key] for key in sorted(fields))
    return _control(MAP, len(fields)) + b"".join(pairs)


def _container(value: object) -> bytes:
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise TypeError("a MaxMind DB map has text keys only")
        return encode_map({key: encode_value(item) for key, item in value.items()})
    if isinstance(value, Sequence):
        return _control(ARRAY, len(value)) + b"".join(encode_value(item) for item in value)
    raise TypeError(f"a MaxMind DB cannot hold a {type(value).__name__}")


def _integer(value: int) -> bytes:
    if value < 0:
        payload = value.to_bytes(4, signed=True)
        return _control(INT32, 4) + payload
    kind = next((kind for bits, kind in _UNSIGNED if value >> bits == 0), None)
    if kind is None:
        raise OverflowError(f"{value} has more than 128 bits")
    return sized_integer(value, kind)


def sized_integer(value: int, kind: int) -> bytes:
    """An unsigned integer in a given type, without leading zero bytes, as the format wants it."""
    payload = value.to_bytes((value.bit_length() + 7) // 8)
    return _control(kind, len(payload)) + payload


def _control(kind: int, size: int) -> bytes:
    """The control byte, the type byte of the later types, and the size."""
    if size < 29:
        field, more = size, b""
    elif size < 285:
        field, more = 29, (size - 29).to_bytes(1)
    elif size < 65821:
        field, more = 30, (size - 285).to_bytes(2)
    else:
        field, more = 31, (size - 65821).to_bytes(3)
    if kind > 7:
        return bytes([field, kind - 7]) + more
    return bytes([kind << 5 | field]) + more
