"""A survey as a folder: its tables, its plots, and the page; made whole, then renamed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import move, rmtree
from tempfile import mkdtemp

import duckdb

from regiongate.domain.errors import CannotRun
from regiongate.survey.report import drawings
from regiongate.survey.report.about import About
from regiongate.survey.report.exports import Export, exports
from regiongate.survey.report.figures import figures
from regiongate.survey.report.page import Page
from regiongate.survey.report.result_file import write_result
from regiongate.survey.report.tables import write_table
from regiongate.survey.report.told import make_told
from regiongate.survey.simulate import CHANGES
from regiongate.survey.simulation import Simulation

PAGE = "report.html"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the folder holds beside what it always holds.

    `simulation` is in the JSON and on the page. `rejected` is the file of rejected lines, moved
    into the folder, None when there is none. With `single_addresses` a table has every address.
    """

    rejected: Path | None = None
    simulation: Simulation | None = None
    single_addresses: bool = False


def require_free(folder: Path) -> None:
    """CannotRun unless the folder can still be made: better told before the work than after."""
    if folder.exists():
        raise CannotRun(f"{folder} is there already: name a folder that does not exist yet")


def write(database: duckdb.DuckDBPyConnection, about: About, wanted: Wanted, folder: Path) -> None:
    """Writes everything into a new folder, all or nothing; CannotRun when that cannot be.

    The database has the tables of `survey/tables.py`, and `moves` when there is a simulation.
    """
    require_free(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        half = Path(mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            _fill(database, about, wanted, half)
            half.chmod(0o755)
            half.rename(folder)
        finally:
            rmtree(half, ignore_errors=True)
    except OSError as error:
        raise CannotRun(f"{folder} cannot be written: {error.strerror}") from error


def _fill(database: duckdb.DuckDBPyConnection, about: About, wanted: Wanted, half: Path) -> None:
    make_told(database, report_only=about.policy.report_only)
    names = []
    for table in _tables(wanted):
        parquet, csv = half / f"{table.name}.parquet", half / f"{table.name}.csv"
        write_table(database, table.sql, parquet, csv)
        names += [parquet.name, csv.name]
    write_result(about.survey, wanted.simulation, half / "survey.json")
    if wanted.rejected is not None:
        move(wanted.rejected, half / wanted.rejected.name)
        names.append(wanted.rejected.name)
    found = figures(database)
    plots = {
        "world.svg": drawings.world(found),
        "timeline.svg": drawings.timeline(found, about.policy),
    }
    for name, svg in plots.items():
        if svg is not None:
            (half / name).write_text(svg, "utf-8")
            names.append(name)
    page = Page(about, found, [*names, "survey.json"], wanted.simulation)
    (half / PAGE).write_text(page.html(), "utf-8")


def _tables(wanted: Wanted) -> Sequence[Export]:
    found = exports(single_addresses=wanted.single_addresses)
    if wanted.simulation is None:
        return found
    return (*found, Export("changes", "use whose verdict changes", CHANGES))
