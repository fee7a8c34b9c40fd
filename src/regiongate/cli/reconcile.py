"""`regiongate reconcile`: bring all cases to where the sightings, the policy and the date are."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from pathlib import Path

import click

from regiongate.cli import output
from regiongate.cli.desk_option import open_desk, policy_option, read_policy
from regiongate.cli.gateway_options import state_option
from regiongate.cli.mail_options import sender_options
from regiongate.cli.options import at_option, dry_run_option, json_option, sources_option
from regiongate.cli.store_option import open_store, store_option
from regiongate.compiler.sources import tables
from regiongate.control.reconcile.last import note_turn
from regiongate.control.reconcile.turn import Turned, turn
from regiongate.control.rehearsal import transactions
from regiongate.gateway.state import State
from regiongate.geo.store.catalogue import Catalogue


@click.command()
@policy_option
@sender_options
@at_option
@sources_option
@state_option
@store_option
@json_option
@dry_run_option
def reconcile(
    policy_path: Path | None,
    at: datetime,
    catalogue: Catalogue,
    state_dir: Path,
    store_url: str | None,
    as_json: bool,
    dry_run: bool,
    **mail: str | None,
) -> None:
    """Bring all cases to where the sightings, the policy and the date say they are.

    Finds who is affected, releases who is not any more, restricts on the date, and writes the
    notices that are due; `case notice --send` sends them. It may run as often as you like.
    """
    policy = read_policy(policy_path, state_dir, catalogue)
    desk = open_desk(policy, mail, state_dir)
    with (
        closing(open_store(store_url, state_dir)) as database,
        transactions(database, rehearsed=dry_run) as transaction,
    ):
        turned = turn(transaction, policy, tables(policy, catalogue), desk, at)
    if not dry_run:
        note_turn(State(state_dir.resolve()), at)
    if as_json:
        output.print_json(turned)
    else:
        _tell(turned, dry_run)


def _tell(turned: Turned, dry_run: bool) -> None:
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
    click.echo("Nothing is kept of this: --dry-run." if dry_run else "Reconciled.")
    for what, count in said:
        click.echo(f"  {count:>6}  {what}")
    if not said:
        click.echo("  nothing to do")
