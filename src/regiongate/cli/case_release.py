"""`regiongate case release`: a person ends a case."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from pathlib import Path

import click

from regiongate.cli import output
from regiongate.cli.acting import as_option
from regiongate.cli.desk_option import open_desk, policy_option, read_policy
from regiongate.cli.gateway_options import state_option
from regiongate.cli.mail_options import sender_options
from regiongate.cli.options import NUMBER, at_option, dry_run_option, json_option, sources_option
from regiongate.cli.store_option import open_store, store_option
from regiongate.control import release as verb
from regiongate.control.rehearsal import transactions
from regiongate.geo.store.catalogue import Catalogue


@click.command()
@click.argument("number", type=NUMBER)
@click.option("--reason", required=True, help="Why, in a sentence; it stands in the audit trail.")
@as_option
@policy_option
@sender_options
@at_option
@sources_option
@state_option
@store_option
@json_option
@dry_run_option
def release(
    number: int,
    reason: str,
    person: str,
    policy_path: Path | None,
    at: datetime,
    catalogue: Catalogue,
    state_dir: Path,
    store_url: str | None,
    as_json: bool,
    dry_run: bool,
    **mail: str | None,
) -> None:
    """Release the organization of case NUMBER after a review, and tell it."""
    policy = read_policy(policy_path, state_dir, catalogue)
    desk = open_desk(policy, mail, state_dir)
    with (
        closing(open_store(store_url, state_dir)) as database,
        transactions(database, rehearsed=dry_run) as transaction,
        transaction() as connection,
    ):
        found = verb.release(connection, desk, number, person=person, reason=reason, at=at)
    if as_json:
        output.print_json({"case": found, "kept": not dry_run})
    else:
        would = "would be" if dry_run else "is"
        click.echo(f"Case {number}: {found.organization} {would} released.")
