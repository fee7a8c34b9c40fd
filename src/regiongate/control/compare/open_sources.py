"""The sources that somebody wants to compare, by name or as files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from regiongate.domain.errors import CannotRun
from regiongate.geo.load import load_source
from regiongate.geo.mmdb.errors import MmdbError
from regiongate.geo.source import SourceTable, file_error
from regiongate.geo.store.catalogue import Catalogue

UNDATED = date.min
"""The date of a file that does not say one; nothing here depends on it, so it is not asked for."""


def open_sources(
    said: Sequence[str], catalogue: Catalogue, tell: Callable[[str], None]
) -> list[SourceTable]:
    """Reads each source: the name of one in the catalogue, else the path of a file.

    A file's source is called what was said. `tell` hears of each before it is read. Raises
    CannotRun for what is neither and for what is said twice, SourceError for what is in a file.
    """
    for twice in sorted({one for one in said if said.count(one) > 1}):
        raise CannotRun(f"{twice} is named twice: a source always agrees with itself")
    return list(_read(said, catalogue, tell))


def _read(
    said: Sequence[str], catalogue: Catalogue, tell: Callable[[str], None]
) -> Iterator[SourceTable]:
    known = catalogue.names()
    for one in said:
        tell(f"reading {one}")
        yield _named(one, catalogue) if one in known else _file(one, known)


def _named(name: str, catalogue: Catalogue) -> SourceTable:
    source = catalogue.source(name)
    if source.kind != "region":
        raise CannotRun(f"{name} is a source of {source.kind}: only sources of regions compare")
    return catalogue.load(source)


def _file(said: str, known: Sequence[str]) -> SourceTable:
    try:
        table = load_source(Path(said), fallback_date=UNDATED)
    except OSError as error:
        names = ", ".join(known)
        message = f"{said} is neither a source nor a file that can be read ({error.strerror})"
        raise CannotRun(f"{message}: name one of {names}, or a path") from error
    except MmdbError as error:
        raise file_error(said, "mmdb", str(error), "fetch it again") from error
    return replace(table, source=replace(table.source, name=said))
