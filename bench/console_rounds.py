"""`python -m bench.console_rounds`: how quick the store is with what each console page asks.

It fills a store on each database with 1 M organizations and 10 M sightings, which takes some
minutes, asks every question and every page, prints the median and the 95th percentile of each in
milliseconds, and writes docs/bench-console.md.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import machine
from bench.console_data import Size
from bench.process import BenchError
from tests.support.postgresql import HINT, binaries, running_server

FULL = Size(organizations=1_000_000, sightings=10_000_000, cases=50_000, events=300_000)
ROUNDS = 40
PAGE = Path(__file__).parents[1] / "docs" / "bench-console.md"
_DATABASES = ("SQLite", "PostgreSQL")
_HEAD = """# How quick the console is

Written by `make bench`. {organizations} organizations, {sightings} sightings, {cases} cases and
{events} audit events; milliseconds on the clock, each asked forty times one after the other, pages
through the whole server but for the socket. The goal is {goal} ms at the 95th percentile: {told}
stay below it; **bold** is what does not.
"""
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
    found = _read(
        "SQLite", _work(f"sqlite:///{home / 'console.db'}", home / "sqlite", size, rounds)
    )
    programs = binaries()
    if programs is None:
        raise BenchError(HINT)
    with running_server(programs) as server:
        return found + _read(
            "PostgreSQL", _work(server.new_database(), home / "postgresql", size, rounds)
        )


def _work(url: str, home: Path, size: Size, rounds: int) -> Mapping[str, list[float]]:
    home.mkdir(exist_ok=True)
    numbers = (rounds, size.organizations, size.sightings, size.cases, size.events)
    command = [sys.executable, "-m", "bench.console_jobs", url, str(home), *map(str, numbers)]
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


def page(found: Sequence[Asked], facts: Mapping[str, str], size: Size) -> str:
    """The page about what was measured, in Markdown."""
    rows: dict[str, dict[str, Asked]] = {one.name: {} for one in found}
    for one in found:
        rows[one.name][one.database] = one
    late = [one for one in found if one.p95 >= GOAL]
    told = "all of them" if not late else f"all but {len(late)} of {len(found)}"
    shown = [(name, of) for name, of in rows.items() if name.startswith("page: ")]
    others = [(name, of) for name, of in rows.items() if not name.startswith("page: ")]
    return "\n".join(
        [
            _HEAD.format(
                organizations=f"{size.organizations:,}",
                sightings=f"{size.sightings:,}",
                cases=f"{size.cases:,}",
                events=f"{size.events:,}",
                goal=f"{GOAL * 1e3:.0f}",
                told=told,
            ),
            "## Pages\n",
            _table(shown),
            "## What pages ask of the store\n",
            _table(others),
            "## The machine\n",
            *(f"- {name}: {value}" for name, value in facts.items()),
            "",
        ]
    )


def _table(rows: Sequence[tuple[str, Mapping[str, Asked]]]) -> str:
    lines = ["| | " + " | ".join(f"{name} p50 | p95" for name in _DATABASES) + " |"]
    lines.append("|---|" + "---:|" * (2 * len(_DATABASES)))
    for name, of in sorted(rows, key=lambda row: -max(one.p95 for one in row[1].values())):
        cells = [_cells(of.get(database)) for database in _DATABASES]
        lines.append(f"| {name.removeprefix('page: ')} | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _cells(one: Asked | None) -> str:
    if one is None:
        return " | "
    late = f"**{one.p95 * 1e3:.0f}**" if one.p95 >= GOAL else f"{one.p95 * 1e3:.0f}"
    return f"{one.median * 1e3:.0f} | {late}"


def main() -> None:
    """Measure, print, the slowest first, and write the page."""
    with tempfile.TemporaryDirectory(prefix="regiongate-console-") as home:
        found = measure(Path(home))
    for one in sorted(found, key=lambda one: -one.p95):
        mark = "" if one.p95 < GOAL else "  missed"
        print(f"{one.median * 1e3:8.1f} {one.p95 * 1e3:8.1f}  {one.database} {one.name}{mark}")
    PAGE.write_text(page(found, machine.facts(), FULL), "utf-8")


if __name__ == "__main__":
    main()
