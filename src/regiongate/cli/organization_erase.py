"""`regiongate organization erase`: remove everything that is kept of an organization."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from pathlib import Path

import click

from regiongate.cli import output
from regiongate.cli.acting import as_option
from regiongate.cli.gateway_options import state_option
from regiongate.cli.options import at_option, json_option
from regiongate.cli.store_option import open_store, store_option
from regiongate.control.erase import erase as erase_all
from regiongate.control.rehearsal import transactions
from regiongate.control.secrets import link_secret


@click.command()
@click.argument("organization", metavar="ID")
@click.option("--reason", required=True, help="Why; it stays in the trail, so it names nobody.")
@click.option(
    "--despite-open-case", is_flag=True, help="Erase it with a case that is not released."
)
@as_option
@at_option
@state_option
@store_option
@json_option
@click.option("--dry-run", is_flag=True, help="Say what would be erased, and change nothing.")
def erase(
    organization: str,
    reason: str,
    despite_open_case: bool,
    person: str,
    at: datetime,
    state_dir: Path,
    store_url: str | None,
    as_json: bool,
    dry_run: bool,
) -> None:
    """Erase everything that the store holds of organization ID; there is no way back.

    The audit trail stays whole: what its events say of the organization goes, their digests stay.
    """
    with (
        closing(open_store(store_url, state_dir)) as database,
        transactions(database, rehearsed=dry_run) as transaction,
        transaction() as connection,
    ):
        found = erase_all(
            connection,
            organization,
            person=person,
            reason=reason,
            despite_open_case=despite_open_case,
            secret=link_secret(state_dir),
            at=at,
        )
    if as_json:
        removed = {"pseudonym": found.pseudonym, "removed": dict(found.removed)}
        output.print_json({**removed, "erased": not dry_run})
        return
    output.print_table(("kind", "removed"), found.removed.items())
    if dry_run:
        click.echo("Nothing is erased: it was a rehearsal.")
    else:
        click.echo(f"Erased. It is called {found.pseudonym} from now on.")
