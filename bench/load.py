"""The load: wrk sends one set of requests in turn over 50 connections, or over more."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.process import BenchError, Cores, pinned

CONNECTIONS = 50
SCRIPT = Path(__file__).with_name("load.lua")


@dataclass(frozen=True)
class Request:
    """One request of a set."""

    path: str = "/v1/models"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def wire(self) -> bytes:
        """The request as it goes over the wire."""
        lines = [f"{'POST' if self.body else 'GET'} {self.path} HTTP/1.1", "Host: api.example.com"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if self.body:
            lines += ["Content-Type: application/json", f"Content-Length: {len(self.body)}"]
        return "\r\n".join([*lines, "", ""]).encode() + self.body


@dataclass(frozen=True)
class Shot:
    """What one short run of the load measured, seen from the client."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    refused: int

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds


def require_wrk() -> None:
    """BenchError when there is no load generator."""
    if shutil.which("wrk") is None:
        raise BenchError("there is no wrk to make the load: apt-get install wrk")


def write(requests: Sequence[Request], path: Path) -> Path:
    """Write a set of requests for the script."""
    path.write_bytes(b"".join(request.wire() + b"\0" for request in requests))
    return path


def fire(
    port: int, requests: Path, seconds: float, cores: Cores, connections: int = CONNECTIONS
) -> Shot:
    """Run the load against a port. A broken connection is an error.

    A turn without a single answer, because the contestant is slow or because others use the
    machine too, is played again with more time.
    """
    for longer in (1, 4, 16):
        shot = _fire(port, requests, seconds * longer, cores, connections)
        if shot.requests:
            return shot
    raise BenchError(f"no answer on port {port} within {seconds * longer:g} s")


def _fire(port: int, requests: Path, seconds: float, cores: Cores, connections: int) -> Shot:
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "--timeout", "30s"]
    command += ["-s", str(SCRIPT), f"http://127.0.0.1:{port}", str(requests)]
    with pinned(cores):
        run = subprocess.run(command, capture_output=True, text=True, check=False)
    line = next((row for row in run.stdout.splitlines() if row.startswith("measured ")), None)
    if line is None:
        raise BenchError(f"wrk failed: {(run.stderr or run.stdout).strip()}")
    found = json.loads(line.removeprefix("measured "))
    if found["broken"]:
        raise BenchError(f"{found['broken']} connections broke on port {port}")
    return Shot(
        requests=found["requests"],
        seconds=found["seconds"],
        p50_ms=found["p50_ms"],
        p99_ms=found["p99_ms"],
        refused=found["status"],
    )
