"""The few messages of protocol buffers that Envoy's `ext_authz` speaks, read and written by hand.

Encoding: protobuf.dev/programming-guides/encoding. Messages: `envoy/service/auth/v3/
external_auth.proto` and `attribute_context.proto`, `envoy/config/core/v3/{address,base}.proto`.
A field that is not known is passed over, as the encoding wants it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5

OVERWRITE, APPEND = 2, 0
"""What becomes of a header's other values (`HeaderAppendAction`)."""

_PERMISSION_DENIED = 7
"""google.rpc.Code."""


class BadMessage(ValueError):
    """Bytes that are no message."""


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """What Envoy says of a request: the connection's peer, path and query, and the headers."""

    peer: str
    target: str
    headers: Mapping[str, list[bytes]]


def read_request(data: bytes) -> CheckRequest:
    """Read a CheckRequest; raises BadMessage."""
    attributes = _message(data, 1)
    socket = _message(_message(_message(attributes, 1), 1), 1)
    http = _message(_message(attributes, 4), 2)
    headers: dict[str, list[bytes]] = {}
    for number, entry in _fields(http):
        if number == 3 and isinstance(entry, bytes):
            name = _message(entry, 1).decode("latin-1").lower()
            headers.setdefault(name, []).append(_message(entry, 2))
        elif number == 13 and isinstance(entry, bytes):
            _add_raw(headers, entry)
    target = _message(http, 4).decode("latin-1")
    return CheckRequest(_message(socket, 2).decode("latin-1"), target, headers)


def _add_raw(headers: dict[str, list[bytes]], header_map: bytes) -> None:
    """The headers as Envoy sends them with `encode_raw_headers`, each value apart."""
    for number, value in _fields(header_map):
        if number == 1 and isinstance(value, bytes):
            name = _message(value, 1).decode("latin-1").lower()
            headers.setdefault(name, []).append(_message(value, 3) or _message(value, 2))


def allowed(
    request: Mapping[str, str], response: Mapping[str, str], link: str | None, remove: list[str]
) -> bytes:
    """A CheckResponse that lets the request pass, with headers for the API and for the client."""
    parts = [_bytes(2, _option(name, text, OVERWRITE)) for name, text in request.items()]
    parts += [_bytes(5, name.encode("latin-1")) for name in remove]
    parts += [_bytes(6, _option(name, text, OVERWRITE)) for name, text in response.items()]
    if link is not None:
        parts.append(_bytes(6, _option("link", link, APPEND)))
    return _bytes(1, b"") + _bytes(3, b"".join(parts))


def denied(status: int, headers: Mapping[str, str], body: bytes) -> bytes:
    """A CheckResponse that answers the client."""
    parts = [_bytes(1, _number(1, status))]
    parts += [_bytes(2, _option(name, text, OVERWRITE)) for name, text in headers.items()]
    parts.append(_bytes(3, body))
    return _bytes(1, _number(1, _PERMISSION_DENIED)) + _bytes(2, b"".join(parts))


def _option(name: str, text: str, action: int) -> bytes:
    """A HeaderValueOption."""
    value = _bytes(1, name.encode("latin-1")) + _bytes(2, text.encode())
    return _bytes(1, value) + (_number(3, action) if action else b"")


def _message(data: bytes, number: int) -> bytes:
    """The last value of a field of bytes, empty when there is none."""
    found = b""
    for field, value in _fields(data):
        if field == number and isinstance(value, bytes):
            found = value
    return found


def _fields(data: bytes) -> Iterator[tuple[int, bytes | int]]:
    """Every field: its number, and its bytes or its number."""
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        kind = tag & 7
        if kind == VARINT:
            value, at = _varint(data, at)
            yield tag >> 3, value
            continue
        size = {FIXED64: 8, FIXED32: 4}.get(kind)
        if kind == BYTES:
            size, at = _varint(data, at)
        if size is None or at + size > len(data):
            raise BadMessage(f"a field of kind {kind} at byte {at} of {len(data)}")
        yield tag >> 3, data[at : at + size]
        at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    number = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            break
        byte = data[at]
        at += 1
        number |= (byte & 127) << shift
        if byte < 128:
            return number, at
    raise BadMessage(f"a number without an end at byte {at}")


def _bytes(number: int, value: bytes) -> bytes:
    return _encoded(number << 3 | BYTES) + _encoded(len(value)) + value


def _number(number: int, value: int) -> bytes:
    return _encoded(number << 3 | VARINT) + _encoded(value)


def _encoded(number: int) -> bytes:
    found = bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    found.append(number)
    return bytes(found)
