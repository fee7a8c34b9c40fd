"""`regiongate geo add` and `regiongate geo update`: sources from files and over HTTPS."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from regiongate.cli import output
from regiongate.cli.geo import complete_names, store_of
from regiongate.cli.options import FilePath, at_option, json_option, sources_option
from regiongate.control import fetch_source
from regiongate.control.bring_file import How
from regiongate.control.fetch_source import Update
from regiongate.domain.errors import CannotRun, ProblemsFound
from regiongate.geo.formats import FORMATS
from regiongate.geo.formats.products import PRODUCTS
from regiongate.geo.store.catalogue import Catalogue
from regiongate.geo.store.fetch import Progress as Tell
from regiongate.geo.store.recipe import KINDS, Recipe
from regiongate.geo.store.vendors import VENDORS

F = TypeVar("F", bound=Callable[..., Any])

_MOST_MOVES = 10
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")


class _Day(click.ParamType[date]):
    """A day: `2026-06-17`."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Parse, or fail with what to write."""
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a date: write 2026-06-17", param, ctx)


class _Digest(click.ParamType[str]):
    """A SHA-256 digest in hexadecimal."""

    name = "sha256"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check, or fail with what to write."""
        if _SHA256.fullmatch(str(value)) is None:
            self.fail(f"{value!r} is not a SHA-256 digest: write its 64 digits", param, ctx)
        return str(value).lower()


_HOW: tuple[Callable[[F], F], ...] = (
    click.option("--sha256", type=_Digest(), help="The digest that the file must have."),
    click.option(
        "--date", "dated", type=_Day(), help="The date of data that does not say its own."
    ),
    click.option("--dated-by-fetch", is_flag=True, help="The day of fetching is that date."),
    click.option("--accept-change", is_flag=True, help="Take a version that looks wrong."),
    click.option(
        "--timeout",
        type=click.FloatRange(0.1),
        default=30.0,
        show_default=True,
        help="How many seconds a server may be silent.",
    ),
    at_option,
    sources_option,
    json_option,
)

_RECIPE: tuple[Callable[[F], F], ...] = (
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


def _all(options: tuple[Callable[[F], F], ...]) -> Callable[[F], F]:
    def decorate(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


@click.command()
@click.argument("name")
@_all(_RECIPE)
@_all(_HOW)
@click.pass_context
def add(
    ctx: click.Context,
    /,
    name: str,
    sha256: str | None,
    dated: date | None,
    dated_by_fetch: bool,
    accept_change: bool,
    timeout: float,
    at: datetime,
    catalogue: Catalogue,
    as_json: bool,
    **said: Any,
) -> None:
    """Add a source: a file, a URL, or what a known maker offers."""
    recipe = _recipe(name, dated_by_fetch=dated_by_fetch, **said)
    with _progress(name) as tell:
        how = How(at, os.environ, tell, None, sha256, dated, accept_change, silence=timeout)
        done = fetch_source.add(store_of(catalogue), recipe, how)
    _tell([done], as_json, single=True)
    if done.status == "refused":
        ctx.exit(1)


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME…]", shell_complete=complete_names)
@click.option("--file", type=FilePath(), help="Take this file instead of fetching one.")
@click.option("--dry-run", is_flag=True, help="Fetch and compare, and change nothing.")
@_all(_HOW)
@click.pass_context
def update(
    ctx: click.Context,
    names: tuple[str, ...],
    file: Path | None,
    dry_run: bool,
    sha256: str | None,
    dated: date | None,
    dated_by_fetch: bool,
    accept_change: bool,
    timeout: float,
    at: datetime,
    catalogue: Catalogue,
    as_json: bool,
) -> None:
    """Fetch the newest version of sources; without a NAME, of all in the store.

    A version that looks wrong is refused, with the reason; the one before is always kept.
    """
    store = store_of(catalogue)
    chosen = names or store.names()
    if not chosen:
        raise CannotRun(f"there is no source in {store.root}: regiongate geo add")
    if len(chosen) > 1 and (file or sha256 or dated):
        raise click.UsageError("--file, --sha256 and --date are for one NAME.")
    done: list[Update] = []
    failed: list[CannotRun | ProblemsFound] = []
    for name in chosen:
        try:
            with _progress(name) as tell:
                how = How(
                    *(at, os.environ, tell, file, sha256, dated, accept_change, dry_run, timeout),
                    dated_by_fetch=dated_by_fetch,
                )
                done.append(fetch_source.update(store, name, how))
        except (CannotRun, ProblemsFound) as error:
            # One maker's bad day must not keep the others' data from coming.
            if len(chosen) == 1 and not as_json:
                raise
            failed.append(error)
            done.append(_failed(name, error))
            click.echo(f"{name}: {error}", err=True)
    _tell(done, as_json)
    if any(isinstance(error, CannotRun) for error in failed):
        ctx.exit(2)
    if failed or any(one.status == "refused" for one in done):
        ctx.exit(1)


def _failed(name: str, error: CannotRun | ProblemsFound) -> Update:
    """The record of an update that failed, with every reason."""
    several = error.problems if isinstance(error, ProblemsFound) else [error]
    return Update(name, "failed", None, objections=tuple(map(str, several)))


def _recipe(
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


def _tell(done: list[Update], as_json: bool, *, single: bool = False) -> None:
    if as_json:
        records = [asdict(one) for one in done]
        output.print_json(records[0] if single else records)
        return
    for one in done:
        if one.status == "failed":
            continue  # It was told when it failed.
        click.echo(f"{one.name}: {_sentence(one)}", err=one.status == "refused")
        if one.change is not None and one.status != "added":
            moves = [asdict(move) for move in one.change.moves[:_MOST_MOVES]]
            output.print_records("Addresses that changed (IPv6 in networks of 48 bits)", moves)


def _sentence(one: Update) -> str:
    now, before = one.about, one.before
    if now is None:
        assert before is not None  # noqa: S101 - what is unchanged was there
        if one.status == "mended":
            return f"mended, version {before.version}: its file in the store had been changed."
        return f"unchanged, version {before.version}."
    if one.status == "confirmed":
        assert before is not None  # noqa: S101 - what is confirmed was there
        return f"unchanged, of {now.date} now, was of {before.date}."
    came = f"version {now.version}, {now.ipv4} IPv4 addresses"
    if one.status == "refused":
        reasons = "; ".join(one.objections)
        stays = "nothing is added" if before is None else f"version {before.version} stays"
        return f"refused, {stays}: {reasons}. If that is right: --accept-change"
    words = {"added": "added", "updated": "updated", "would-update": "would be updated"}
    was = "" if before is None else f", was {before.version}"
    return f"{words[one.status]}: {came}{was}."


@contextmanager
def _progress(name: str) -> Iterator[Tell]:
    """A bar on a terminal while a file comes; nothing elsewhere."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    console = Console(stderr=True)
    with Progress(
        *columns,
        TransferSpeedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task(name, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
