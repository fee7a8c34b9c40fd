"""HTTP as bytes, for what no client library would send."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Raw:
    """What came back: the first final status (0 when there was none) and what follows its head."""

    status: int
    body: bytes

    def json(self) -> dict[str, Any]:
        """The body as a JSON object."""
        content: dict[str, Any] = json.loads(self.body)
        return content


def request(
    *headers: bytes | str, target: bytes | str = b"/v1/models", method: str = "GET"
) -> bytes:
    """An HTTP/1.1 request with these header lines, after which the connection ends."""
    lines = [b" ".join([method.encode(), _bytes(target), b"HTTP/1.1"])]
    lines += [b"Host: api.example", b"Connection: close", *map(_bytes, headers)]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def send(port: int, content: bytes) -> Raw:
    """Send bytes, read until the gateway closes, and split the first answer."""
    received = b""
    with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
        try:
            connection.sendall(content)
            while chunk := connection.recv(1 << 16):
                received += chunk
        except (ConnectionError, TimeoutError):
            pass  # What has come until then is the answer.
    received = received.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
    head, _, body = received.partition(b"\r\n\r\n")
    status = head.split(b" ")[1] if head.startswith(b"HTTP/") else b"0"
    return Raw(int(status), body)


def _bytes(text: bytes | str) -> bytes:
    return text if isinstance(text, bytes) else text.encode("latin-1")
