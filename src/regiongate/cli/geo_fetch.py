"""`regiongate geo add` and `regiongate geo update`: sources from files and over HTTPS."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.progress import BarColumn, DownloadColumn, TextColumn, TransferSpeedColumn

from regiongate.cli import output
from regiongate.cli.geo import complete_names, store_of
from regiongate.cli.geo_how import Fetching, how_options
from regiongate.cli.geo_recipe import recipe_of, recipe_options
from regiongate.cli.options import FilePath
from regiongate.cli.progress import progress
from regiongate.control.sources import fetch as fetch_source
from regiongate.control.sources.fetch import Update
from regiongate.domain.errors import CannotRun, ProblemsFound
from regiongate.geo.store.catalogue import Catalogue
from regiongate.geo.store.fetch import Progress as Tell
from regiongate.geo.store.store import Store

_MOST_MOVES = 10


@click.command()
@click.argument("name")
@recipe_options
@how_options
@click.pass_context
def add(
    ctx: click.Context,
    /,
    name: str,
    fetching: Fetching,
    catalogue: Catalogue,
    as_json: bool,
    **said: Any,
) -> None:
    """Add a source: a file, a URL, or what a known maker offers."""
    recipe = recipe_of(name, dated_by_fetch=fetching.dated_by_fetch, **said)
    with _progress(name) as tell:
        done = fetch_source.add(store_of(catalogue), recipe, fetching.how(tell))
    _tell([done], as_json, single=True)
    if done.status == "refused":
        ctx.exit(1)


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME…]", shell_complete=complete_names)
@click.option("--file", type=FilePath(), help="Take this file instead of fetching one.")
@click.option("--dry-run", is_flag=True, help="Fetch and compare, and change nothing.")
@how_options
@click.pass_context
def update(
    ctx: click.Context,
    names: tuple[str, ...],
    file: Path | None,
    dry_run: bool,
    fetching: Fetching,
    catalogue: Catalogue,
    as_json: bool,
) -> None:
    """Fetch the newest version of sources; without a NAME, of all in the store.

    A version that looks wrong is refused, with the reason; the one before is always kept.
    """
    store = store_of(catalogue)
    chosen = names or fetch_source.fetchable(store)
    if not chosen:
        raise CannotRun(f"there is no source to fetch in {store.root}: regiongate geo add")
    if len(chosen) > 1 and (file or fetching.sha256 or fetching.dated):
        raise click.UsageError("--file, --sha256 and --date are for one NAME.")
    failed: list[_Failure] = []
    if len(chosen) == 1 and not as_json:
        done = [_updated(store, chosen[0], fetching, file, dry_run)]
    else:
        done, failed = _update_each(store, chosen, fetching, file, dry_run)
    _tell(done, as_json)
    if any(isinstance(error, CannotRun) for error in failed):
        ctx.exit(2)
    if failed or any(one.status == "refused" for one in done):
        ctx.exit(1)


_Failure = CannotRun | ProblemsFound


def _update_each(
    store: Store, names: Sequence[str], fetching: Fetching, file: Path | None, dry_run: bool
) -> tuple[list[Update], list[_Failure]]:
    """What became of each. One maker's bad day must not keep the others' data from coming."""
    done: list[Update] = []
    failed: list[_Failure] = []
    for name in names:
        try:
            done.append(_updated(store, name, fetching, file, dry_run))
        except (CannotRun, ProblemsFound) as error:
            failed.append(error)
            done.append(_failed(name, error))
            click.echo(f"{name}: {error}", err=True)
    return done, failed


def _updated(
    store: Store, name: str, fetching: Fetching, file: Path | None, dry_run: bool
) -> Update:
    with _progress(name) as tell:
        return fetch_source.update(store, name, fetching.how(tell, file, dry_run=dry_run))


def _failed(name: str, error: _Failure) -> Update:
    """The record of an update that failed, with every reason."""
    several = error.problems if isinstance(error, ProblemsFound) else [error]
    return Update(name, "failed", None, objections=tuple(map(str, several)))


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
    with progress(*columns, TransferSpeedColumn()) as bar:
        task = bar.add_task(name, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
