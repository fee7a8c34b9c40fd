"""The library and what else looks addresses up in Python, in turns."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from fnmatch import fnmatch
from pathlib import Path

from bench.contestant import BOTH_CORES, ONE_CORE
from bench.library_table import Asked, Done, LibraryTable, Spent
from bench.library_texts import Given
from bench.process import BenchError, pinned

REQUIREMENTS = Path(__file__).with_name("library-requirements.txt")
ENVIRONMENT = Path(__file__).with_name(".library")
ROOT = Path(__file__).parents[1]
POLICY = ROOT / "examples" / "policy.yaml"

_MANY = 4_000_000
_QUICK = 1_000_000

ROWS = (
    Asked("library-decide", "Gate.decide", goal=1e6),
    Asked("library-geoip2", "geoip2", ours="library-decide"),
    Asked("library-maxminddb", "maxminddb (C extension)", ours="library-decide"),
    Asked("library-maxminddb-rust", "maxminddb-rust", ours="library-decide"),
    Asked("library-geoip2fast", "geoip2fast, its own data", ours="library-decide"),
    Asked("library-column", "Gate.decide_many, Arrow", column=True, goal=8e6),
    Asked("library-column-numpy", "Gate.decide_many, NumPy objects", column=True),
    Asked("library-column-one", "Gate.decide_many, Arrow, one thread", column=True),
    Asked("library-polars", "maxminddb-polars", column=True, ours="library-column"),
    Asked("library-chdb", "chdb", column=True, ours="library-column"),
)
_OURS = ("library-decide", "library-column", "library-column-numpy", "library-column-one")


def chosen(only: Sequence[str]) -> list[Asked]:
    """The rows with these names, and those of ours that they are measured against."""
    if not only:
        return list(ROWS)
    wanted = {row.name for row in ROWS if any(fnmatch(row.name, name) for name in only)}
    wanted |= {row.ours for row in ROWS if row.name in wanted and row.ours}
    return [row for row in ROWS if row.name in wanted]


def measure(
    home: Path, rows: Sequence[Asked], rounds: int, quick: bool, tell: Callable[[str], None]
) -> LibraryTable:
    """Everyone in turn, each turn a process of its own, and that again."""
    absent = {}
    try:
        install()
    except BenchError as error:
        absent = {row.name: str(error) for row in rows if row.name not in _OURS}
    given = prepared(home, _QUICK if quick else _MANY)
    turns: dict[Asked, list[Spent]] = {row: [] for row in rows if row.name not in absent}
    for number in range(rounds):
        tell(f"the library and its peers: round {number + 1} of {rounds}")
        for row in list(turns) if number % 2 == 0 else reversed(list(turns)):
            turns[row].append(_turn(row, given))
    return LibraryTable([Done(row, spent) for row, spent in turns.items()], absent)


def prepared(home: Path, count: int) -> Given:
    """What everyone is asked with, and so many addresses, in a folder."""
    given = Given(home)
    home.mkdir(parents=True, exist_ok=True)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    command = [str(Path(sys.executable).with_name("regiongate")), "bundle", "build"]
    command += ["--policy", str(POLICY), "--at", at, "--out", str(given.bundle)]
    succeed(command)
    given.write(count)
    return given


def _turn(row: Asked, given: Given) -> Spent:
    ours = row.name in _OURS
    python = sys.executable if ours else str(ENVIRONMENT / "bin" / "python")
    module = "bench.library_ours" if ours else "bench.library_peers"
    with pinned((BOTH_CORES if row.column else ONE_CORE).proxy):
        said = succeed([python, "-m", module, row.name, str(given.home)])
    return Spent(**json.loads(said))


def install() -> None:
    """The environment with the peers in it, made at the first run; BenchError when it cannot be."""
    stamp = ENVIRONMENT / "installed.txt"
    wanted = REQUIREMENTS.read_text()
    if not stamp.is_file() or stamp.read_text() != wanted:
        venv.create(ENVIRONMENT, with_pip=True)
        command = [str(ENVIRONMENT / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        succeed([*command, "--disable-pip-version-check", "-r", str(REQUIREMENTS)])
        stamp.write_text(wanted)


def succeed(command: Sequence[str]) -> str:
    """Run a command; its last line, or BenchError."""
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if run.returncode:
        words = run.stderr.strip().splitlines() or ["it says nothing"]
        raise BenchError(f"{' '.join(command[:4])}: {words[-1]}")
    return run.stdout.strip().splitlines()[-1] if run.stdout.strip() else ""
