"""`regiongate geo`: the sources, how old they are, and what each says."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import click
from click.shell_completion import CompletionItem

from regiongate.cli import output
from regiongate.cli.lazy import Lazy, LazyGroup
from regiongate.cli.options import at_option, json_option, sources_option
from regiongate.control.sources import known as sources
from regiongate.control.sources.ages import remedy
from regiongate.control.sources.known import Asked, Listed
from regiongate.domain.errors import CannotRun, ProblemsFound
from regiongate.geo.store.catalogue import Catalogue
from regiongate.geo.store.store import Store

_MILLION = 1_000_000

LAZY = {
    "add": Lazy(
        "regiongate.cli.geo_fetch:add",
        "Add a source: a file, a URL, or what a known maker offers.",
    ),
    "update": Lazy(
        "regiongate.cli.geo_fetch:update",
        "Fetch the newest version of sources; without a NAME, of all in the store.",
    ),
    "compare": Lazy(
        "regiongate.cli.geo_compare:compare",
        "Compare sources: names, or paths of files.",
    ),
}
"""The commands that need more than the others do, and where they are."""


@click.group(cls=LazyGroup, lazy=LAZY)
def geo() -> None:
    """List, fetch, compare and ask the sources that say where addresses are."""


def complete_names(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The names of sources that begin as what was typed."""
    catalogue = ctx.params.get("catalogue")
    try:
        names = catalogue.names() if isinstance(catalogue, Catalogue) else ()
    except CannotRun:
        names = ()  # Nobody can read a sentence in the middle of a line: the command says it.
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def store_of(catalogue: Catalogue) -> Store:
    """The store behind `--sources`."""
    assert catalogue.store is not None  # noqa: S101 - the option always gives one
    return catalogue.store


@geo.command("list")
@at_option
@sources_option
@json_option
@click.pass_context
def list_(ctx: click.Context, at: datetime, catalogue: Catalogue, as_json: bool) -> None:
    """List every source, with its date and its age.

    A source past its maximum age is called STALE.
    """
    found, damaged = sources.listed(catalogue)
    _tell_trouble(damaged)
    if as_json:
        output.print_json([_record(one, at) for one in found])
    else:
        _print_list(found, at, catalogue)
    if damaged:
        ctx.exit(2)


def _tell_trouble(damaged: Sequence[CannotRun | ProblemsFound]) -> None:
    for error in damaged:
        click.echo(f"regiongate: {error}", err=True)


def _print_list(found: list[Listed], at: datetime, catalogue: Catalogue) -> None:
    headings = ("name", "place", "kind", "date", "age", "maximum", "", "licence", "million IPv4")
    output.print_table(headings, (_row(one, at) for one in found))
    for one in found:
        if one.source.age.is_stale(at):
            said = remedy(one.source.name, catalogue)
            click.echo(f"{one.source.name} is stale: {said}", err=True)


@geo.command()
@click.argument("addresses", nargs=-1, metavar="ADDRESS…")
@sources_option
@json_option
@click.pass_context
def lookup(
    ctx: click.Context, addresses: tuple[str, ...], catalogue: Catalogue, as_json: bool
) -> None:
    """Say what each source says of addresses.

    Without an ADDRESS they are read from standard input, one a line.
    """
    asked = [Asked(text, "addresses", place) for place, text in enumerate(addresses, start=1)]
    asked = asked or list(_lines())
    if not asked:
        raise click.UsageError("Name an ADDRESS, or write some to standard input.")
    found, damaged = sources.look_up(asked, catalogue)
    _tell_trouble(damaged)
    if as_json:
        output.print_json(found)
    else:
        names = [row["name"] for row in found[0]["sources"]]
        output.print_table(("address", *names, "note"), (_said(one) for one in found))
    if damaged:
        ctx.exit(2)


@geo.command()
@click.argument("name", shell_complete=complete_names)
@sources_option
@json_option
def rollback(name: str, catalogue: Catalogue, as_json: bool) -> None:
    """Go back to the version before.

    The version gone back from is not taken again by `update`. A second rollback returns to it.
    """
    back = sources.roll_back(store_of(catalogue), name)
    now = back.about
    if as_json:
        said = {"name": name, "version": now.version, "date": str(now.date)}
        output.print_json({**said, "was_left": back.was_left})
        return
    click.echo(f"{name}: version {now.version} counts again.")
    if back.was_left:
        hint = f"from it you went back before; to leave it again: regiongate geo rollback {name}"
        click.echo(f"{name}: {hint}", err=True)


@geo.command()
@click.argument("name", shell_complete=complete_names)
@sources_option
@json_option
def remove(name: str, catalogue: Catalogue, as_json: bool) -> None:
    """Remove a source and all its versions from the store."""
    sources.remove(store_of(catalogue), name)
    if as_json:
        output.print_json({"name": name, "removed": True})
    else:
        click.echo(f"{name} is removed.")


def _record(one: Listed, at: datetime) -> dict[str, Any]:
    source, about = one.source, None if one.stored is None else one.stored.about
    return {
        "name": source.name,
        "place": one.place,
        "kind": source.kind,
        "format": source.format,
        "version": source.version,
        "date": source.date,
        "age_days": source.age.days(at),
        "maximum_age": source.maximum_age,
        "stale": source.age.is_stale(at),
        "stale_from": source.age.stale_from,
        "licence": source.licence,
        "origin": source.origin,
        "digest": source.digest,
        "addresses": {"ipv4": one.covered.ipv4, "ipv6_48": one.covered.ipv6},
        "fetched_at": None if about is None else about.fetched_at,
        "from": None if about is None else about.came_from,
        "previous": None if one.stored is None else one.stored.pointer.previous,
    }


def _row(one: Listed, at: datetime) -> tuple[object, ...]:
    source = one.source
    return (
        source.name,
        one.place,
        source.kind,
        source.date,
        f"{source.age.days(at)} days",
        source.maximum_age,
        "STALE" if source.age.is_stale(at) else "",
        source.licence,
        f"{one.covered.ipv4 / _MILLION:.1f}",
    )


def _said(one: dict[str, Any]) -> tuple[object, ...]:
    notes, special = [], one["special"]
    if one["carried_in"] is not None:
        notes.append(f"carried in {one['asked']} ({one['carried_in']})")
    elif one["asked"] != one["address"]:
        notes.append(f"asked as {one['asked']}")
    if special is not None:
        notes.append(f"{special['kind']} ({special['network']}, {special['rfc']})")
    return (one["address"], *(row["says"] for row in one["sources"]), ", ".join(notes))


def _lines() -> Iterator[Asked]:
    """The addresses on standard input; a terminal has none unless somebody types them."""
    if sys.stdin.isatty():
        raise CannotRun("no address is named: write one, or send many to standard input")
    for number, line in enumerate(sys.stdin, start=1):
        if line.strip():
            yield Asked(line.strip(), "<stdin>", number)
