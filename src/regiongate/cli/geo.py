"""`regiongate geo`: the sources, how old they are, and what each says."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import click
from click.shell_completion import CompletionItem

from regiongate.cli import output
from regiongate.cli.lazy import Lazy, LazyGroup
from regiongate.cli.options import at_option, json_option, sources_option
from regiongate.control import sources
from regiongate.control.ages import remedy
from regiongate.control.sources import Listed
from regiongate.domain.errors import CannotRun
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
    names = catalogue.names() if isinstance(catalogue, Catalogue) else ()
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
    for error in damaged:
        click.echo(f"regiongate: {error}", err=True)
    if as_json:
        output.print_json([_record(one, at) for one in found])
    else:
        _print_list(found, at, catalogue)
    if damaged:
        ctx.exit(2)


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
def lookup(addresses: tuple[str, ...], catalogue: Catalogue, as_json: bool) -> None:
    """Say what each source says of addresses.

    Without an ADDRESS they are read from standard input, one a line.
    """
    asked = addresses or tuple(_lines())
    if not asked:
        raise click.UsageError("Name an ADDRESS, or write some to standard input.")
    found = sources.look_up(asked, catalogue)
    if as_json:
        output.print_json(found)
        return
    names = [row["name"] for row in found[0]["sources"]]
    output.print_table(("address", *names, "note"), (_said(one) for one in found))


@geo.command()
@click.argument("name", shell_complete=complete_names)
@sources_option
@json_option
def rollback(name: str, catalogue: Catalogue, as_json: bool) -> None:
    """Go back to the version before.

    The version gone back from is not taken again by `update`.
    """
    now = sources.roll_back(store_of(catalogue), name).about
    if as_json:
        output.print_json({"name": name, "version": now.version, "date": str(now.date)})
    else:
        click.echo(f"{name}: version {now.version} counts again.")


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


def _lines() -> Iterator[str]:
    """The addresses on standard input; a terminal has none unless somebody types them."""
    if sys.stdin.isatty():
        raise CannotRun("no address is named: write one, or send many to standard input")
    for line in sys.stdin:
        if line.strip():
            yield line.strip()
