"""HTTP over a Unix socket: how the supervisor speaks to its Envoy."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from pathlib import Path


class Unreachable(Exception):
    """Nobody answers on the socket."""


def get(path: Path, target: str, headers: Mapping[str, str] | None = None) -> tuple[int, bytes]:
    """One GET over a Unix socket: status and body. Raises Unreachable."""
    connection = _UnixConnection(path)
    try:
        connection.request("GET", target, headers=dict(headers or {}))
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, HTTPException) as error:
        raise Unreachable(f"no answer on {path}: {error}") from error
    finally:
        connection.close()


class _UnixConnection(HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=5)
        self._path = path

    def connect(self) -> None:
        """Reach the socket through its folder: its own path may be longer than a socket's limit."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            self.sock.connect(f"/proc/self/fd/{folder}/{self._path.name}")
        finally:
            os.close(folder)
