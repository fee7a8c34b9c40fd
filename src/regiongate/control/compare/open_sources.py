"""The sources that somebody wants to compare, by name or as files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from regiongate.domain.errors import CannotRun
from regiongate.geo.load import load_source
from regiongate.geo.mmdb.errors import MmdbError
from regiongate.geo.source import SourceError, SourceTable, file_error
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
    _require_once(said)
    return list(_read(said, catalogue, tell))


def open_named(said: Sequence[str], catalogue: Catalogue) -> list[SourceTable]:
    """Reads sources of the catalogue, and never a file. Raises as `open_sources`."""
    _require_once(said)
    return [_named(one, catalogue) for one in said]


def open_sent(file: Path, called: str, beside: Sequence[str]) -> SourceTable:
    """Reads a file that somebody sent, whose source and problems are called something else.

    It is compared with the sources `beside`, of which none is called so. Raises as `open_sources`.
    """
    _require_once([called, *beside])
    try:
        table = _file(str(file), beside)
        return replace(table, source=replace(table.source, name=called))
    except SourceError as error:
        problems = [
            replace(one, file=called, message=one.message.replace(str(file), called))
            for one in error.problems
        ]
        raise SourceError(problems, error.total) from None


def _require_once(said: Sequence[str]) -> None:
    for twice in sorted({one for one in said if said.count(one) > 1}):
        raise CannotRun(f"{twice} is named twice: a source always agrees with itself")


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
