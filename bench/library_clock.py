"""One timed turn in a process; used by the library and by its peers, so it imports nothing else."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

Job = Callable[[], object]
FEW = 200_000
"""How many addresses are asked one by one: the first ones."""


def run(job: Job, count: int) -> None:
    """Once to warm up, once by the clock; what it took is printed."""
    job()
    wall, cpu = time.perf_counter(), time.process_time()
    made = job()
    spent = {"seconds": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    del made
    sys.stdout.write(json.dumps({**spent, "peak": _peak(), "addresses": count}))


def _peak() -> int:
    """The most memory of this program, in bytes; what rusage says counts its parent's too."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
