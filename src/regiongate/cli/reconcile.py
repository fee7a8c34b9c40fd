"""`regiongate reconcile`: bring all cases to where the sightings, the policy and the date are."""

from __future__ import annotations

import click

from regiongate.cli import output
from regiongate.cli.desk_option import DeskChange, desk_options
from regiongate.compiler.sources import tables
from regiongate.control.reconcile.last import note_turn
from regiongate.control.reconcile.turn import Turned, turn
from regiongate.gateway.state import State


@click.command()
@desk_options
def reconcile(change: DeskChange) -> None:
    """Bring all cases to where the sightings, the policy and the date say they are.

    Finds who is affected, releases who is not any more, restricts on the date, and writes the
    notices that are due; `case notice --send` sends them. It may run as often as you like.
    """
    policy = change.policy()
    desk = change.desk(policy)
    with change.transactions() as transaction:
        turned = turn(transaction, policy, tables(policy, change.catalogue), desk, change.at)
    if change.kept:
        note_turn(State(change.state_dir.resolve()), change.at)
    if change.as_json:
        output.print_json(turned)
    else:
        _tell(turned, change.kept)


def _tell(turned: Turned, kept: bool) -> None:
    rows = [
        ("cases found", turned.found),
        ("moved on, because a notice was delivered", turned.moved),
        ("restricted, because the date has come", turned.restricted),
        ("released", turned.released),
        ("exemptions and corrections ended", turned.ended),
        *((f"notices written: {event}", count) for event, count in sorted(turned.notices.items())),
        ("notices written to the next contact", turned.again),
        ("cases that wait for a person", turned.loud),
    ]
    said = [(what, count) for what, count in rows if count]
    click.echo("Reconciled." if kept else "Nothing is kept of this: --dry-run.")
    for what, count in said:
        click.echo(f"  {count:>6}  {what}")
    if not said:
        click.echo("  nothing to do")
