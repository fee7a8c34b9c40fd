"""The file of a version, read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from regiongate.domain.errors import CannotRun
from regiongate.geo.facts.read import in_words, load_facts
from regiongate.geo.facts.table import FactTable
from regiongate.geo.labels import region_fault
from regiongate.geo.load import Hints, load_raw
from regiongate.geo.source import Source, SourceTable, file_error
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
    try:
        table = _regions(source.path, _hints(said))
    except FileNotFoundError as error:
        raise _gone(source) from error
    _require_fetched(source, table.source)
    return replace(table, source=source)


def read_facts(source: Source) -> FactTable:
    """What a stored source of facts states. Raises as `read` does."""
    said = _about(source)
    try:
        table = load_facts(source.path, _hints(said), source.kind)
    except FileNotFoundError as error:
        raise _gone(source) from error
    _require_fetched(source, table.source)
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


def _require_fetched(source: Source, found: Source) -> None:
    if found.digest != source.digest:
        remedy = f"take the version before: regiongate geo rollback {source.name}"
        message = "the content is not what was fetched"
        raise file_error(str(source.path), "digest", message, remedy)
