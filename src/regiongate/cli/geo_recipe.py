"""The options that say where a source comes from and what its file holds: its recipe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import click

from regiongate.cli.options import FilePath
from regiongate.cli.together import together
from regiongate.geo.formats import FORMATS
from regiongate.geo.formats.products import PRODUCTS
from regiongate.geo.store.recipe import KINDS, Recipe
from regiongate.geo.store.vendors import VENDORS

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS: tuple[Callable[[F], F], ...] = (
    click.option("--file", type=FilePath(), help="Read a file; `update` reads it again."),
    click.option("--url", help="Fetch over HTTPS; ${VARIABLE} is taken from the environment."),
    click.option("--vendor", type=click.Choice(list(VENDORS)), help="Fetch from a known maker."),
    click.option("--edition", help="Which of the maker's files.  [default: its free countries]"),
    click.option(
        "--format", type=click.Choice(list(FORMATS)), help="[default: what it looks like]"
    ),
    click.option("--product", type=click.Choice(list(PRODUCTS)), help="What a maker calls it."),
    click.option("--field", "fields", multiple=True, help="The field of a MaxMind DB to read."),
    click.option("--label", help="What a list of networks says of all of them."),
    click.option("--kind", type=click.Choice(KINDS), help="What it speaks of.  [default: region]"),
    click.option("--licence", help="The licence of the data."),
    click.option("--origin", help="Where the data comes from, in words."),
    click.option("--max-age", type=click.IntRange(1), help="Days after which it is stale."),
    click.option("--max-size", type=click.IntRange(1), help="The most bytes that are fetched."),
    click.option("--least-covered", type=click.FloatRange(0, 1), help="See docs/sources.md."),
    click.option("--most-moved", type=click.FloatRange(0, 1), help="See docs/sources.md."),
    click.option("--checksum-url", help="Where the SHA-256 digest of the file is told."),
    click.option("--user-from", metavar="VARIABLE", help="The variable that holds the account."),
    click.option("--password-from", metavar="VARIABLE", help="The variable that holds the key."),
    click.option("--replace-bundled", is_flag=True, help="Take the name of a bundled source."),
)


def recipe_options(command: F) -> F:
    """All of them, in the order of the help page; `recipe_of` takes what they say."""
    return together(*_OPTIONS)(command)


def recipe_of(
    name: str,
    *,
    file: Path | None,
    url: str | None,
    vendor: str | None,
    edition: str | None,
    fields: tuple[str, ...],
    user_from: str | None,
    password_from: str | None,
    dated_by_fetch: bool,
    max_age: int | None,
    max_size: int | None,
    **more: Any,
) -> Recipe:
    """The recipe that the options say: the maker's, with what was said instead."""
    if sum(given is not None for given in (file, url, vendor)) != 1:
        raise click.UsageError("Name one of --file, --url and --vendor.")
    if edition is not None and vendor is None:
        raise click.UsageError("--edition belongs to --vendor.")
    if (user_from is None) != (password_from is None):
        raise click.UsageError("--user-from and --password-from belong together.")
    begun = Recipe(name) if vendor is None else VENDORS[vendor].recipe(name, vendor, edition)
    said = {
        "url": url,
        "file": None if file is None else str(file.resolve()),
        "fields": fields or None,
        "user": user_from,
        "password": password_from,
        "dated": "fetched" if dated_by_fetch else None,
        "maximum_age": max_age,
        "maximum_bytes": max_size,
        "replaces_bundled": more.pop("replace_bundled"),
        **more,
    }
    return replace(begun, **{key: value for key, value in said.items() if value is not None})
