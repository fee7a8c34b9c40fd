"""`regiongate case release`: a person ends a case."""

from __future__ import annotations

import click

from regiongate.cli import output
from regiongate.cli.acting import as_option
from regiongate.cli.desk_option import DeskChange, desk_options
from regiongate.cli.options import NUMBER
from regiongate.control.cases import release as verb


@click.command()
@click.argument("number", type=NUMBER)
@click.option("--reason", required=True, help="Why, in a sentence; it stands in the audit trail.")
@as_option
@desk_options
def release(number: int, reason: str, person: str, change: DeskChange) -> None:
    """Release the organization of case NUMBER after a review, and tell it."""
    desk = change.desk(change.policy())
    with change.transaction() as connection:
        found = verb.release(connection, desk, number, person=person, reason=reason, at=change.at)
    if change.as_json:
        output.print_json({"case": found, "kept": change.kept})
    else:
        click.echo(f"Case {number}: {found.organization} {change.is_} released.")
