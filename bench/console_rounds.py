"""`python -m bench.console_rounds`: how quick the store is with what each console page asks.

It fills a store on each database with 1 M organizations and 10 M sightings, which takes some
minutes, and prints the median and the 95th percentile of each question in milliseconds. Pages over
HTTP are to be measured beside it on the same stores, by the names of the same questions.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.console_data import Size
from bench.process import BenchError
from tests.support.postgresql import HINT, binaries, running_server

FULL = Size(organizations=1_000_000, sightings=10_000_000, cases=50_000, events=300_000)
ROUNDS = 40
GOAL = 0.3
"""Seconds within which 95 of 100 pages answer."""


@dataclass(frozen=True)
class Asked:
    """A question on a database: seconds that half of the answers, and 95 of 100, took at most."""

    database: str
    name: str
    median: float
    p95: float


def measure(home: Path, size: Size = FULL, rounds: int = ROUNDS) -> list[Asked]:
    """Every question on both databases. Raises BenchError without PostgreSQL."""
    home.mkdir(parents=True, exist_ok=True)
    found = _read("SQLite", _work(f"sqlite:///{home / 'console.db'}", size, rounds))
    programs = binaries()
    if programs is None:
        raise BenchError(HINT)
    with running_server(programs) as server:
        return found + _read("PostgreSQL", _work(server.new_database(), size, rounds))


def _work(url: str, size: Size, rounds: int) -> Mapping[str, list[float]]:
    numbers = (rounds, size.organizations, size.sightings, size.cases, size.events)
    command = [sys.executable, "-m", "bench.console_jobs", url, *map(str, numbers)]
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if run.returncode:
        raise BenchError(f"the console's questions ended with {run.returncode}")
    found: dict[str, list[float]] = json.loads(run.stdout)
    return found


def _read(database: str, took: Mapping[str, list[float]]) -> list[Asked]:
    return [
        Asked(database, name, statistics.median(all_), statistics.quantiles(all_, n=20)[-1])
        for name, all_ in took.items()
    ]


def main() -> None:
    """Measure and print, the slowest first."""
    with tempfile.TemporaryDirectory(prefix="regiongate-console-") as home:
        found = measure(Path(home))
    for one in sorted(found, key=lambda one: -one.p95):
        mark = "" if one.p95 < GOAL else "  missed"
        print(f"{one.median * 1e3:8.1f} {one.p95 * 1e3:8.1f}  {one.database} {one.name}{mark}")


if __name__ == "__main__":
    main()
