"""What the library takes out of a bundle's folder, once it is sure that nothing is damaged."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

from regiongate.compiler.bundle import DECISIONS
from regiongate.compiler.envoy.gate import DATABASE
from regiongate.compiler.manifest import damaged, files_of, require_written
from regiongate.compiler.reader import BundleReader
from regiongate.geo.mmdb import FieldPath
from regiongate.geo.mmdb import read as read_database
from regiongate.geo.steps import Steps
from regiongate.library import table
from regiongate.library.eras import Place
from regiongate.library.table import Table

_KEY = FieldPath(("city", "names", "en"))
_COUNTRY = FieldPath(("country", "iso_code"))
_REGION = FieldPath(("subdivisions", 0, "iso_code"))


@dataclass(frozen=True, slots=True)
class Contents:
    """A bundle as the library needs it: the values of `steps` index into `places`."""

    reader: BundleReader
    table: Table
    steps: Steps
    places: tuple[Place, ...]


def read(folder: Path) -> Contents:
    """Read a bundle; CannotRun or ProblemsFound when it is damaged or is none."""
    reader = BundleReader(folder)
    files = files_of(folder)
    for name in reader.manifest["files"]:
        require_written(folder, name, files[name], reader.manifest)
    for name in (DECISIONS, DATABASE):
        if name not in files:
            raise damaged(folder, f"it has no {name}")
    decisions = table.read(files[DECISIONS], str(folder / DECISIONS))
    if decisions.generation != reader.generation:
        raise damaged(folder / DECISIONS, f"it is of generation {decisions.generation}")
    database = read_database(files[DATABASE], str(folder / DATABASE))
    picked = database.pick(_KEY, _COUNTRY, _REGION)
    places = tuple(_place(row, folder / DATABASE) for row in picked.rows)
    return Contents(reader, decisions, picked.steps, places)


def _place(row: tuple[object, ...], where: Path) -> Place:
    key, country, region = row
    if not isinstance(key, str) or not all(
        isinstance(code, str | None) for code in (country, region)
    ):
        raise damaged(where, "it is no verdict database")
    return key, cast("str | None", country), cast("str | None", region)
