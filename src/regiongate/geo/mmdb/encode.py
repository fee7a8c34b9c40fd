"""Python values as bytes of a MaxMind DB data section; equal values have equal bytes.

Source: MaxMind DB File Format Specification 2.0, "Output Data Section".
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

TEXT, DOUBLE, BYTES, UINT16, UINT32, MAP = 2, 3, 4, 5, 6, 7
INT32, UINT64, UINT128, ARRAY, BOOLEAN = 8, 9, 10, 11, 14
# Small numbers take 32 bits as well: Envoy looks for an AS number in that type only.
_UNSIGNED = ((32, UINT32), (64, UINT64), (128, UINT128))


def encode_value(value: object) -> bytes:
    """The bytes of a value; map keys are sorted, so that equal maps are equal bytes.

    bool, int, float, str, bytes, mappings with text keys and sequences are possible; anything
    else, None included, raises TypeError, and an integer out of range OverflowError.
    """
    encode = _ENCODERS.get(type(value))
    if encode is None:
        encode = next((_ENCODERS[kind] for kind in _ENCODERS if isinstance(value, kind)), None)
    if encode is None:
        raise TypeError(f"a MaxMind DB cannot hold a {type(value).__name__}")
    return encode(value)


def encode_map(fields: Mapping[str, bytes]) -> bytes:
    """The bytes of a map whose values are encoded already, the keys sorted.

    Raises TypeError when a key is no text.
    """
    control, keys = _keys(tuple(fields))
    parts = [control]
    for key, encoded in keys:
        parts += (encoded, fields[key])
    return b"".join(parts)


@lru_cache(maxsize=1 << 10)
def _keys(names: tuple[object, ...]) -> tuple[bytes, list[tuple[str, bytes]]]:
    """What all maps with these keys have in common: very many records have the same few."""
    texts = [name for name in names if isinstance(name, str)]
    if len(texts) < len(names):
        raise TypeError("a MaxMind DB map has text keys only")
    return _control(MAP, len(names)), [(text, _text(text)) for text in sorted(texts)]


def _map(value: Mapping[str, object]) -> bytes:
    control, keys = _keys(tuple(value))
    parts = [control]
    for key, encoded in keys:
        parts += (encoded, encode_value(value[key]))
    return b"".join(parts)


def _array(value: Sequence[object]) -> bytes:
    return _control(ARRAY, len(value)) + b"".join([encode_value(item) for item in value])


def _text(value: str) -> bytes:
    return _short_text(value) if len(value) < _SHORT else _any_text(value)


def _any_text(value: str) -> bytes:
    text = value.encode("utf-8")
    return _control(TEXT, len(text)) + text


_SHORT = 128
_short_text = lru_cache(maxsize=1 << 14)(_any_text)
"""Keys and codes come again and again, in every record."""


def _integer(value: int) -> bytes:
    return _small_integer(value) if 0 <= value < _SMALL else _any_integer(value)


def _any_integer(value: int) -> bytes:
    if value < 0:
        return _control(INT32, 4) + value.to_bytes(4, signed=True)
    kind = next((kind for bits, kind in _UNSIGNED if value >> bits == 0), None)
    if kind is None:
        raise OverflowError(f"{value} has more than 128 bits")
    return sized_integer(value, kind)


_SMALL = 1 << 8
_small_integer = lru_cache(maxsize=_SMALL)(_any_integer)
"""Counts come in every record too."""


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


_ENCODERS: dict[type, Callable[[Any], bytes]] = {
    str: _text,
    dict: _map,
    bool: lambda value: _control(BOOLEAN, int(value)),  # Before int, of which it is a kind.
    int: _integer,
    float: lambda value: _control(DOUBLE, 8) + struct.pack(">d", value),
    bytes: lambda value: _control(BYTES, len(value)) + value,
    Mapping: _map,
    Sequence: _array,
}
