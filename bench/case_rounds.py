"""Cases under load, on both databases, once each: filling a store takes longer than the work."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from fnmatch import fnmatch
from pathlib import Path

from bench.case_table import CaseTable, Done
from bench.process import BenchError
from tests.support.postgresql import HINT, binaries, running_server

FULL = (1_000_000, 50_000, 5_000)
QUICK = (50_000, 2_500, 500)
"""Organizations, how many of them are affected, and how many notices are sent."""

_PEERS = ("compose-peer", "send-peer")
TURN_SECONDS = 60.0
ROWS = ("case-turn-sqlite", "case-turn-postgresql")


def chosen(only: Sequence[str]) -> list[str]:
    """The rows with these names; that on SQLite composes and sends, too."""
    return [row for row in ROWS if not only or any(fnmatch(row, name) for name in only)]


def measure(home: Path, rows: Sequence[str], quick: bool, tell: Callable[[str], None]) -> CaseTable:
    """Each row in a process of its own."""
    home.mkdir(parents=True, exist_ok=True)
    found: list[Done] = []
    absent: dict[str, str] = {}
    size = QUICK if quick else FULL
    for row in rows:
        tell(f"cases: {row}")
        if row == ROWS[0]:
            found += _work(f"sqlite:///{home / 'cases.db'}", "SQLite", size)
        elif (programs := binaries()) is None:
            absent[row] = HINT
        else:
            with running_server(programs) as server:
                found += _work(server.new_database(), "PostgreSQL", (*size[:2], 0))
    return CaseTable(found, absent)


def _work(url: str, database: str, size: tuple[int, int, int]) -> list[Done]:
    command = [sys.executable, "-m", "bench.case_jobs", url, *map(str, size)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        raise BenchError(f"cases on {database}: {run.stderr.strip().splitlines()[-1]}")
    took = json.loads(run.stdout)
    organizations, affected, sent = size
    named = [
        ("reconcile", f"a turn that finds {affected:,} cases, {database}", organizations),
        ("compose", f"a turn that composes their notices, {database}", affected),
        ("compose-peer", "the same letters, by Jinja and email in a loop, kept nowhere", sent),
        ("send", f"notices handed to a relay, {database}", sent),
        ("send-peer", "the same, by smtplib in a loop that remembers nothing", sent),
    ]
    return [
        Done(
            name=f"case-{name}" if name in _PEERS else f"case-{name}-{database.lower()}",
            title=title.replace(",", " ", 1) if name == "reconcile" else title,
            count=count,
            seconds=took[name]["seconds"],
            cpu=took[name]["cpu"],
            peak=int(took[name]["peak"]),
            goal=TURN_SECONDS if name == "reconcile" else None,
        )
        for name, title, count in named
        if name in took
    ]
