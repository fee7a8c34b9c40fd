"""The geographic work of a run of the bench: reading, writing, building, in turns."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatch
from pathlib import Path

from bench import geo_builds
from bench.geo_table import Done, GeoTable, Spent, Work
from bench.process import BenchError
from regiongate.geo import bundled

SOURCE = "geo-whois"
"""The bundled database that still has its networks apart: a million of them."""

FULL, SLICE = 1_010_885, 50_000
THREE = 2_568_720
"""The networks of all three bundled sources."""

_SLOW = "geo-write-mmdb-writer"

BUILDS: Mapping[str, Callable[[Path], Spent]] = {
    "geo-build": geo_builds.full_build,
    "geo-change": geo_builds.other_date,
    "geo-change-networks": geo_builds.other_rule,
}


def works(quick: bool) -> list[Work]:
    """All rows; a quick run writes a slice, for mmdb-writer takes a minute and more for all."""
    many = SLICE if quick else FULL
    return [
        Work("geo-read", "regiongate reads", FULL, "geo-read-maxminddb", times=20),
        Work("geo-read-maxminddb", "maxminddb (C extension) iterates", FULL),
        Work("geo-read-rust", "maxminddb-rust iterates", FULL, "geo-read-maxminddb"),
        Work("geo-write", "regiongate writes ranges", many, _SLOW, times=30),
        Work("geo-write-networks", "regiongate writes a list of networks", many, _SLOW),
        Work(_SLOW, "mmdb-writer writes", many),
        Work("geo-build", "bundle build and verify", THREE, seconds=6, memory=10**9),
        Work("geo-change", "bundle build, other dates", THREE, seconds=2),
        Work("geo-change-networks", "bundle build, one network rule more", THREE, seconds=2),
    ]


def chosen(only: Sequence[str], quick: bool) -> list[Work]:
    """The rows with these names, and what they are measured against."""
    found = works(quick)
    if not only:
        return found
    wanted = {row.name for row in found if any(fnmatch(row.name, name) for name in only)}
    wanted |= {row.against for row in found if row.name in wanted and row.against}
    return [row for row in found if row.name in wanted]


def measure(home: Path, rows: Sequence[Work], rounds: int, tell: Callable[[str], None]) -> GeoTable:
    """Everyone in turn, and that again; the slow one once."""
    home.mkdir(parents=True, exist_ok=True)
    database = home / "networks.mmdb"
    database.write_bytes(gzip.decompress(bundled.source(SOURCE).path.read_bytes()))
    turns: dict[Work, list[Spent]] = {row: [] for row in rows}
    for number in range(rounds):
        tell(f"geographic work: round {number + 1} of {rounds}")
        for row in rows if number % 2 == 0 else reversed(rows):
            if row.name != _SLOW or row.networks < FULL or number == 0:
                turns[row].append(_turn(row, home, database))
    return GeoTable([Done(row, turns[row]) for row in rows])


def _turn(row: Work, home: Path, database: Path) -> Spent:
    if row.name in BUILDS:
        return BUILDS[row.name](home)
    command = [sys.executable, "-m", "bench.geo_jobs", row.name, str(database), str(row.networks)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        raise BenchError(f"{row.name}: {run.stderr.strip().splitlines()[-1]}")
    return Spent(**json.loads(run.stdout))
