"""Processes under measurement: where they run, what they cost."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

Cores = frozenset[int]


class BenchError(Exception):
    """A contestant cannot take part; the message says why, and what to install."""


@contextmanager
def pinned(cores: Iterable[int]) -> Iterator[None]:
    """What is started inside the block runs on these cores only."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def family(pid: int) -> list[int]:
    """A process and all that it started, as far as it still runs."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*"):
        with suppress(OSError):
            for child in (task / "children").read_text().split():
                found += family(int(child))
    return found


def cpu_seconds(pids: Iterable[int]) -> float:
    """Time on a processor so far, in the kernel too, over all threads that are alive."""
    total = 0
    for pid in pids:
        for task in Path(f"/proc/{pid}/task").glob("*"):
            with suppress(OSError):
                total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


def let_settle(pids: Iterable[int], patience: float = 10) -> None:
    """Wait until processes rest: some work on for a while after the load has gone."""
    found = list(pids)
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        before = cpu_seconds(found)
        time.sleep(0.05)
        if cpu_seconds(found) - before < 0.005:
            return


def peak_memory(pids: Iterable[int]) -> int:
    """The most resident memory that the processes have held, in bytes, added up."""
    total = 0
    for pid in pids:
        with suppress(OSError):
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
            total += sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    return total * 1024


def stop(process: subprocess.Popen[bytes], patience: float = 10) -> None:
    """End a process that we started, and wait for it."""
    process.terminate()
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_until_serving(port: int, path: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait for an HTTP answer of any status; BenchError with the end of the log otherwise."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", path)
            connection.getresponse().read()
        except (OSError, HTTPException):
            time.sleep(0.1)
        else:
            return
        finally:
            connection.close()
    stop(process)
    words = log.read_text("utf-8", "replace").strip().splitlines()[-3:]
    raise BenchError(f"{process.args!r} does not serve: {' '.join(words)}")
