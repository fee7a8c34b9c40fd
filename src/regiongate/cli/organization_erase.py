"""`regiongate organization erase`: remove everything that is kept of an organization."""

from __future__ import annotations

import click

from regiongate.cli import output
from regiongate.cli.acting import as_option
from regiongate.cli.change import Change, as_change
from regiongate.cli.gateway_options import state_option
from regiongate.cli.options import at_option, json_option
from regiongate.cli.store_option import store_option
from regiongate.control.organizations.erase import erase as erase_all
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
@as_change
def erase(
    organization: str, reason: str, despite_open_case: bool, person: str, change: Change
) -> None:
    """Erase everything that the store holds of organization ID; there is no way back.

    The audit trail stays whole: what its events say of the organization goes, their digests stay.
    """
    with change.transaction() as connection:
        found = erase_all(
            connection,
            organization,
            person=person,
            reason=reason,
            despite_open_case=despite_open_case,
            secret=link_secret(change.state_dir),
            at=change.at,
        )
    if change.as_json:
        removed = {"pseudonym": found.pseudonym, "removed": dict(found.removed)}
        output.print_json({**removed, "erased": change.kept})
        return
    output.print_table(("kind", "removed"), found.removed.items())
    if change.kept:
        click.echo(f"Erased. It is called {found.pseudonym} from now on.")
    else:
        click.echo("Nothing is erased: it was a rehearsal.")
