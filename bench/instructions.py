"""How many instructions a request takes: exact where times are noisy, and blind to the kernel.

Valgrind's callgrind counts them in user space. The same configuration gives the same count within
a few hundredths of a per cent, on a busy machine too.
"""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

from bench.contestant import BOTH_CORES, Layout
from bench.envoys import Bare
from bench.process import BenchError

_LAYOUT = Layout("counting", BOTH_CORES.proxy, BOTH_CORES.others, workers=1)
_OUT = "callgrind.out"
_VALGRIND = ("valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={_OUT}")
_WARM_UP, _REQUESTS = 300, 1000
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)
_TOTAL = re.compile(r"^(?:totals|summary): (\d+)", re.MULTILINE)


def require_valgrind() -> None:
    """BenchError when it is not installed."""
    if shutil.which("valgrind") is None:
        raise BenchError("there is no valgrind to count instructions: apt-get install valgrind")


def count(proxy: Bare, requests: Path) -> float:
    """Instructions for one request, over a thousand of them one after another."""
    require_valgrind()
    running = replace(proxy, under=_VALGRIND).start(_LAYOUT)
    try:
        pid = running.pids()[0]
        with _client(running.port, requests) as client:
            _control(pid, "-i", "on")
            client(_WARM_UP)
            _control(pid, "-z")
            client(_REQUESTS)
            _control(pid, "-d", "counted")
    finally:
        running.stop()
    return _total(proxy.home) / _REQUESTS


@contextmanager
def _client(port: int, requests: Path) -> Iterator[_Client]:
    wires = [wire for wire in requests.read_bytes().split(b"\0") if wire]
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        yield _Client(connection, cycle(wires))


class _Client:
    """One connection, one request at a time, so that no count depends on what met what."""

    def __init__(self, connection: socket.socket, wires: Iterator[bytes]) -> None:
        self._connection = connection
        self._wires = wires

    def __call__(self, number: int) -> None:
        for wire in islice(self._wires, number):
            self._connection.sendall(wire)
            self._answer()

    def _answer(self) -> None:
        got = b""
        while b"\r\n\r\n" not in got:
            got += self._more()
        head, _, body = got.partition(b"\r\n\r\n")
        found = _LENGTH.search(head)
        if not head.startswith(b"HTTP/1.1 200") or found is None:
            raise BenchError(f"not the answer that was counted on: {head[:60]!r}")
        while len(body) < int(found[1]):
            body += self._more()

    def _more(self) -> bytes:
        part = self._connection.recv(65536)
        if not part:
            raise BenchError("the connection was closed while instructions were counted")
        return part


def _control(pid: int, *words: str) -> None:
    command = ["callgrind_control", *words, str(pid)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        raise BenchError(f"callgrind_control failed: {(run.stderr or run.stdout).strip()}")


def _total(home: Path, patience: float = 10) -> int:
    """The counter of the dump that was asked for; the one at the end counts the rest."""
    dump = home / f"{_OUT}.1"
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        found = _TOTAL.search(dump.read_text()) if dump.exists() else None
        if found is not None:
            return int(found[1])
        time.sleep(0.1)
    raise BenchError(f"callgrind left no count in {dump}")
