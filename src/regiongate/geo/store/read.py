"""The file of a version, read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

from regiongate.domain.errors import CannotRun, ProblemsFound
from regiongate.geo.facts.read import in_words, load_facts
from regiongate.geo.facts.table import FactTable
from regiongate.geo.formats.archive import content_of
from regiongate.geo.labels import region_fault
from regiongate.geo.load import Hints, load_raw
from regiongate.geo.source import Source, SourceError, SourceTable, file_error
from regiongate.geo.store.about import ABOUT, About, from_json
from regiongate.geo.store.recipe import Recipe
from regiongate.geo.votes import table_of


def read(source: Source) -> SourceTable:
    """What a stored source says; facts are given in words.

    Raises SourceError when the file is not the one that was fetched, CannotRun when it is gone.
    """
    if source.kind != "region":
        return in_words(read_facts(source))
    said = _about(source)
    with _as_fetched(source):
        table = _regions(source.path, _hints(said))
    if table.source.digest != source.digest:
        raise damaged(source)
    return replace(table, source=source)


def read_facts(source: Source) -> FactTable:
    """What a stored source of facts states. Raises as `read` does."""
    said = _about(source)
    with _as_fetched(source):
        table = load_facts(source.path, _hints(said), source.kind)
    if table.source.digest != source.digest:
        raise damaged(source)
    return replace(table, source=source)


def read_new(path: Path, recipe: Recipe, dated: date | None) -> SourceTable:
    """What a file that has just come says; `dated` counts where the file does not say its date."""
    hints = Hints(
        name=recipe.name,
        licence=recipe.licence,
        origin=recipe.origin,
        format=recipe.format,
        product=recipe.product,
        fields=recipe.fields,
        label=None if recipe.label is None else (recipe.label,),
        fallback_date=dated,
    )
    if recipe.kind == "region":
        table = _regions(path, hints)
    else:
        table = in_words(load_facts(path, hints, recipe.kind))
    source = replace(table.source, kind=recipe.kind, maximum_age=recipe.maximum_age)
    return replace(table, source=source)


def is_whole(source: Source) -> bool:
    """Whether the file of a stored source still has the content that was fetched."""
    try:
        content = content_of(source.path)
    except FileNotFoundError as error:
        raise _gone(source) from error
    except ProblemsFound:
        return False
    return hashlib.sha256(content).hexdigest() == source.digest


def damaged(source: Source) -> SourceError:
    """The error for a stored source whose file somebody has changed."""
    message = "the content is not what was fetched"
    remedy = f"fetch it again: regiongate geo update {source.name}"
    return file_error(str(source.path), "digest", message, remedy)


def _regions(path: Path, hints: Hints) -> SourceTable:
    return table_of(*load_raw(path, hints, region_fault))


def _hints(said: About) -> Hints:
    return Hints(
        name=said.name,
        date=said.date,
        format=said.format,
        product=said.product,
        fields=said.fields,
        label=None if said.label is None else (said.label,),
    )


def _about(source: Source) -> About:
    path = source.path.with_name(ABOUT)
    try:
        return from_json(path.read_bytes(), path)
    except FileNotFoundError as error:
        raise _gone(source) from error


def _gone(source: Source) -> CannotRun:
    message = f"the source {source.name} was replaced twice while it was being read"
    return CannotRun(f"{message}: run the command again")


@contextmanager
def _as_fetched(source: Source) -> Iterator[None]:
    """Tell of a file that was changed as such, and not of what is wrong in it since."""
    try:
        yield
    except FileNotFoundError as error:
        raise _gone(source) from error
    except (CannotRun, ProblemsFound) as error:
        if is_whole(source):
            raise
        raise damaged(source) from error
