"""HTTP as bytes, for what no client library would send."""

from __future__ import annotations

import json
import re
import socket
from dataclasses import dataclass
from typing import Any

_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)")


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


def send(port: int, content: bytes, *, answers: int = 1) -> Raw:
    """Send bytes, read that many answers or until the gateway closes, and split the first one."""
    received = b""
    with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
        try:
            connection.sendall(content)
            while not _holds(received, answers) and (chunk := connection.recv(1 << 16)):
                received += chunk
        except (ConnectionError, TimeoutError):
            pass  # What has come until then is the answer.
    head, body = _split(received)
    status = head.split(b" ")[1] if head.startswith(b"HTTP/") else b"0"
    return Raw(int(status), body)


def _split(received: bytes) -> tuple[bytes, bytes]:
    head, _, body = received.removeprefix(_CONTINUE).partition(b"\r\n\r\n")
    return head, body


def _holds(received: bytes, answers: int) -> bool:
    """Whether so many answers are there, each with a length that it says."""
    for _ in range(answers):
        head, body = _split(received)
        length = _LENGTH.search(head)
        if length is None or len(body) < int(length[1]):
            return False
        received = body[int(length[1]) :]
    return True


def _bytes(text: bytes | str) -> bytes:
    return text if isinstance(text, bytes) else text.encode("latin-1")
