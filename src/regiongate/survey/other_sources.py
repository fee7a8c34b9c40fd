"""Sources for the other side of a simulation: a file in the place of what a policy names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from regiongate.domain.errors import CannotRun
from regiongate.geo.load import load_source
from regiongate.geo.mmdb.errors import MmdbError
from regiongate.geo.source import SourceTable, file_error


def with_files(
    tables: Sequence[SourceTable], files: Mapping[str, Path], today: date
) -> list[SourceTable]:
    """The tables, those of the sources in `files` read from there; `today` dates what says none.

    Raises CannotRun for a source that is none of the policy's and for a file that cannot be read,
    SourceError for what is in a file.
    """
    names = [table.source.name for table in tables]
    for name in sorted(files.keys() - set(names)):
        raise CannotRun(f"{name} is no source of the policy: name one of {', '.join(names)}")
    return [
        _read(table.source.name, files[table.source.name], today)
        if table.source.name in files
        else table
        for table in tables
    ]


def _read(name: str, path: Path, today: date) -> SourceTable:
    try:
        table = load_source(path, fallback_date=today)
    except OSError as error:
        raise CannotRun(f"{path} cannot be read: {error.strerror}: name a source file") from error
    except MmdbError as error:
        raise file_error(str(path), "mmdb", str(error), "fetch it again") from error
    return replace(table, source=replace(table.source, name=name))
