"""The three sources that come with the package, so that it runs before any other is configured.

`data/LICENSES.md` says whose they are; `tools/geo_data.py` made the folder.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from regiongate.geo.load import load_source
from regiongate.geo.source import SourceTable, file_error

FOLDER = Path(__file__).parent / "data"
CATALOGUE = FOLDER / "sources.json"


def names() -> tuple[str, ...]:
    """The names of the bundled sources, in the order of the catalogue."""
    return tuple(_catalogue())


def load(name: str) -> SourceTable:
    """Reads one bundled source; KeyError when there is none of that name.

    Raises SourceError when the file's content is not what the catalogue says.
    """
    entry = _catalogue()[name]
    path = FOLDER / entry["file"]
    table = load_source(
        path,
        name=name,
        version=entry["version"],
        date=date.fromisoformat(entry["date"]),
        licence=entry["licence"],
        origin=entry["origin"],
        format=entry["format"],
    )
    if table.source.digest != entry["digest"]:
        message = "the content is not what sources.json says"
        raise file_error(str(path), "digest", message, "install the package again")
    return table


def load_all() -> tuple[SourceTable, ...]:
    """Reads all bundled sources, in the order of the catalogue."""
    return tuple(load(name) for name in names())


def _catalogue() -> Mapping[str, Mapping[str, str]]:
    entries = json.loads(CATALOGUE.read_text("utf-8"))
    return {entry["name"]: entry for entry in entries}
