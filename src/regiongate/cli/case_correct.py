"""`regiongate case correct`: where networks really are, for a time."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

import click

from regiongate.cli import output
from regiongate.cli.acting import as_option_if_any
from regiongate.cli.gateway_options import state_option
from regiongate.cli.granting import (
    CORRECTION_HEADINGS,
    correction_record,
    correction_row,
    read_located,
    replace_option,
    said_until,
    until_options,
)
from regiongate.cli.options import at_option, dry_run_option, json_option
from regiongate.cli.store_option import open_kept, open_store, store_option
from regiongate.control import correct as verb
from regiongate.control.rehearsal import transactions
from regiongate.control.terms import Terms
from regiongate.domain.exemption import Correction
from regiongate.store.exemptions import Corrections


@click.command()
@click.argument("located", nargs=-1, metavar="[NETWORK=REGION]...")
@click.option("--withdraw", "ended", metavar="CORRECTION", help="End this correction now.")
@click.option("--list", "listed", is_flag=True, help="List the corrections that are in force.")
@click.option("--all", "everyone", is_flag=True, help="List those that have ended, too.")
@click.option("--reason", metavar="TEXT", help="Why, in a line; it stands in the audit trail.")
@until_options
@replace_option
@as_option_if_any
@at_option
@state_option
@store_option
@json_option
@dry_run_option
def correct(
    located: tuple[str, ...],
    ended: str | None,
    listed: bool,
    everyone: bool,
    reason: str | None,
    until: datetime | None,
    no_end: bool,
    replaces: bool,
    person: str | None,
    at: datetime,
    state_dir: Path,
    store_url: str | None,
    as_json: bool,
    dry_run: bool,
) -> None:
    """Say where networks really are, against every source, or end that.

    Each is written as 198.51.100.0/24=FR; with --reason, --until or --no-end, and --as.
    """
    listed = listed or everyone
    if sum((bool(located), ended is not None, listed)) != 1:
        raise click.UsageError("Name networks, --withdraw or --list.")
    with closing((open_kept if listed else open_store)(store_url, state_dir)) as database:
        if listed:
            with database.reading() as connection:
                known = Corrections(connection)
                _show(list(known.where()) if everyone else known.in_force(at), as_json)
            return
        if reason is None or person is None:
            raise click.UsageError("Say why with --reason, and who you are with --as.")
        with (
            transactions(database, rehearsed=dry_run) as transaction,
            transaction() as connection,
        ):
            if ended is not None:
                made = [verb.withdraw(connection, ended, person, reason, at)]
            else:
                terms = Terms(reason, person, said_until(until, no_end), replaces=replaces)
                made = verb.correct(connection, read_located(located), terms, at)
    _tell(made, as_json=as_json, kept=not dry_run)


def _show(found: Sequence[Correction], as_json: bool) -> None:
    if as_json:
        output.print_json([correction_record(one) for one in found])
        return
    output.print_table(CORRECTION_HEADINGS, map(correction_row, found))
    click.echo(f"{len(found)} correction{'' if len(found) == 1 else 's'}.", err=True)


def _tell(made: Sequence[Correction], *, as_json: bool, kept: bool) -> None:
    if as_json:
        output.print_json({"corrections": [correction_record(one) for one in made], "kept": kept})
        return
    would = "is" if kept else "would be"
    for one in made:
        if one.ended is not None:
            click.echo(f"The correction {one.id} of {one.network} {would} ended.")
            continue
        until = "without end" if one.expires is None else f"until {output.utc(one.expires)}"
        click.echo(f"{one.network} {would} in {one.region} {until}.")
