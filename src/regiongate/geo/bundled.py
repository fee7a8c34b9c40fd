"""The three sources that come with the package, so that it runs before any other is configured.

`data/LICENSES.md` says whose they are; `tools/geo_data.py` made the folder.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from regiongate.geo.load import load_source
from regiongate.geo.source import MAXIMUM_AGE, Source, SourceTable, file_error

FOLDER = Path(__file__).parent / "data"
CATALOGUE = FOLDER / "sources.json"


def names() -> tuple[str, ...]:
    """The names of the bundled sources, in the order of the catalogue."""
    return tuple(_catalogue())


def source(name: str) -> Source:
    """What the catalogue says of a bundled source; KeyError when there is none of that name."""
    entry = _catalogue()[name]
    return Source(
        name=name,
        version=entry["version"],
        date=date.fromisoformat(entry["date"]),
        licence=entry["licence"],
        origin=entry["origin"],
        digest=entry["digest"],
        format=entry["format"],
        path=FOLDER / entry["file"],
        maximum_age=MAXIMUM_AGE,
    )


def load(name: str) -> SourceTable:
    """Reads one bundled source; KeyError when there is none of that name.

    Raises SourceError when the file's content is not what the catalogue says.
    """
    known = source(name)
    table = load_source(
        known.path,
        name=name,
        version=known.version,
        date=known.date,
        licence=known.licence,
        origin=known.origin,
        format=known.format,
    )
    if table.source.digest != known.digest:
        message = "the content is not what sources.json says"
        raise file_error(str(known.path), "digest", message, "install the package again")
    return table


def load_all() -> tuple[SourceTable, ...]:
    """Reads all bundled sources, in the order of the catalogue."""
    return tuple(load(name) for name in names())


def _catalogue() -> Mapping[str, Mapping[str, str]]:
    entries = json.loads(CATALOGUE.read_text("utf-8"))
    return {entry["name"]: entry for entry in entries}
