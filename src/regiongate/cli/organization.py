"""`regiongate organization`: what the books of the provider say of its customers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn

from regiongate.cli import output
from regiongate.cli.acting import as_option
from regiongate.cli.gateway_options import state_option
from regiongate.cli.lazy import Lazy, LazyGroup
from regiongate.cli.options import NUMBER, FilePath, at_option, dry_run_option, json_option
from regiongate.cli.organization_print import print_organization, record
from regiongate.cli.progress import progress
from regiongate.cli.store_option import open_store, reading, store_option
from regiongate.control.organizations.bring_in import Hear, Imported, import_organizations
from regiongate.domain.errors import CannotRun
from regiongate.store.organizations import Organizations

_HEADINGS = ("organization", "name", "plan", "contacts", "bad", "keys", "facts", "changed")


LAZY = {
    "erase": Lazy(
        "regiongate.cli.organization_erase:erase",
        "Erase everything that the store holds of organization ID; there is no way back.",
    ),
}
"""The command that needs more than the others do, and where it is."""


@click.group(cls=LazyGroup, lazy=LAZY)
def organization() -> None:
    """Import, list, show and erase what the books say of organizations."""


@organization.command("import")
@click.argument("files", nargs=-1, required=True, type=FilePath(), metavar="FILE…")
@as_option
@at_option
@dry_run_option
@state_option
@store_option
@json_option
def import_(
    files: tuple[Path, ...],
    person: str,
    at: datetime,
    dry_run: bool,
    state_dir: Path,
    store_url: str | None,
    as_json: bool,
) -> None:
    """Import organizations from files: CSV (.csv) or JSON lines (.jsonl, .ndjson).

    All of it or nothing; organizations that the files do not tell of stay as they are.
    """
    with closing(open_store(store_url, state_dir)) as database, _progress() as hear:
        found = import_organizations(database, files, person, at, hear, rehearsed=dry_run)
    if as_json:
        output.print_json(_outcome(found, kept=not dry_run))
        return
    counts = found.organizations
    would = "Nothing is kept; this would be: " if dry_run else ""
    said = f"{counts.new} new, {counts.changed} changed, {counts.unchanged} unchanged"
    click.echo(f"{would}organizations: {said}.")


@organization.command("list")
@click.option("--after", metavar="ID", help="Only organizations whose id comes behind this one.")
@click.option("--top", type=NUMBER, default=100, show_default=True, help="Rows to show at most.")
@state_option
@store_option
@json_option
def list_(
    after: str | None, top: int, state_dir: Path, store_url: str | None, as_json: bool
) -> None:
    """List organizations by id, with how much is known of each."""
    with reading(store_url, state_dir) as connection:
        organizations = Organizations(connection)
        found, count = list(organizations.entries(after, top)), organizations.count()
    if as_json:
        output.print_json(found)
        return
    output.print_table(_HEADINGS, (asdict(one).values() for one in found))
    click.echo(f"{len(found)} of {count} organizations.", err=True)


@organization.command()
@click.argument("name", metavar="ID")
@state_option
@store_option
@json_option
def show(name: str, state_dir: Path, store_url: str | None, as_json: bool) -> None:
    """Show organization ID: contacts, digests of keys, facts, and who owns it."""
    with reading(store_url, state_dir) as connection:
        organizations = Organizations(connection)
        profile, contacts = organizations.get(name), organizations.contacts(name)
    if profile is None:
        raise CannotRun(f"no organization {name!r} is known: regiongate organization list")
    if as_json:
        output.print_json(record(profile, contacts))
    else:
        print_organization(profile, contacts)


def _outcome(found: Imported, kept: bool) -> dict[str, Any]:
    return {
        "kept": kept,
        **asdict(found.organizations),
        "files": [
            {"file": one.file, "bytes": one.bytes, "sha256": one.digest} for one in found.books
        ],
    }


@contextmanager
def _progress() -> Iterator[Hear]:
    """A bar on a terminal; nothing elsewhere."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with progress(*columns, TimeElapsedColumn()) as bar:
        reading = bar.add_task("reading", total=1.0)
        writing = bar.add_task("", total=None, visible=False)

        def hear(what: str, share: float | None) -> None:
            if share is None:
                bar.update(reading, visible=False)
                bar.update(writing, visible=True, description=what)
            else:
                bar.update(reading, description=what, completed=share)

        yield hear
