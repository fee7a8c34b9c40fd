"""`regiongate case correct`: where networks really are, for a time."""

from __future__ import annotations

from collections.abc import Sequence

import click

from regiongate.cli import output
from regiongate.cli.change import Change, change_options
from regiongate.cli.exemption_print import CORRECTION_HEADINGS, correction_record, correction_row
from regiongate.cli.granting import Granting, granting_options, read_located
from regiongate.cli.store_option import reading
from regiongate.control.grant import correct as verb
from regiongate.domain.exemption import Correction
from regiongate.store.exemptions import Corrections


@click.command()
@click.argument("located", nargs=-1, metavar="[NETWORK=REGION]...")
@granting_options("correction")
@change_options
def correct(located: tuple[str, ...], granting: Granting, change: Change) -> None:
    """Say where networks really are, against every source, or end that.

    Each is written as 198.51.100.0/24=FR; with --reason, --until or --no-end, and --as.
    """
    if sum((bool(located), granting.ended is not None, granting.lists)) != 1:
        raise click.UsageError("Name networks, --withdraw or --list.")
    if granting.lists:
        _list(granting, change)
        return
    if granting.ended is not None:
        reason, person = granting.signed()
        with change.transaction() as connection:
            made = [verb.withdraw(connection, granting.ended, person, reason, change.at)]
    else:
        terms, places = granting.terms(), read_located(located)
        with change.transaction() as connection:
            made = verb.correct(connection, places, terms, change.at)
    _tell(made, change)


def _list(granting: Granting, change: Change) -> None:
    with reading(change.store_url, change.state_dir) as connection:
        known = Corrections(connection)
        found = list(known.where()) if granting.everyone else known.in_force(change.at)
    if change.as_json:
        output.print_json([correction_record(one) for one in found])
        return
    output.print_table(CORRECTION_HEADINGS, map(correction_row, found))
    click.echo(f"{len(found)} correction{'' if len(found) == 1 else 's'}.", err=True)


def _tell(made: Sequence[Correction], change: Change) -> None:
    if change.as_json:
        corrections = [correction_record(one) for one in made]
        output.print_json({"corrections": corrections, "kept": change.kept})
        return
    for one in made:
        if one.ended is not None:
            click.echo(f"The correction {one.id} of {one.network} {change.is_} ended.")
            continue
        until = "without end" if one.expires is None else f"until {output.utc(one.expires)}"
        click.echo(f"{one.network} {change.is_} in {one.region} {until}.")
