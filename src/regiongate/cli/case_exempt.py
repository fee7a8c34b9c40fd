"""`regiongate case exempt`: what the region rules do not apply to, for a time."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import datetime
from pathlib import Path

import click

from regiongate.cli import output
from regiongate.cli.acting import as_option_if_any
from regiongate.cli.gateway_options import state_option
from regiongate.cli.granting import (
    EXEMPTION_HEADINGS,
    exemption_record,
    exemption_row,
    replace_option,
    said_until,
    until_options,
)
from regiongate.cli.options import at_option, dry_run_option, json_option
from regiongate.cli.store_option import open_kept, open_store, store_option
from regiongate.control import exempt as verb
from regiongate.control.exempt import Subject
from regiongate.control.network_of import network_of
from regiongate.control.rehearsal import transactions
from regiongate.control.terms import Terms
from regiongate.domain.case import Case
from regiongate.domain.exemption import Exemption
from regiongate.store.database import Database
from regiongate.store.exemptions import Exemptions

_DIGEST = re.compile("[0-9a-f]{64}")


@click.command()
@click.argument("organization", required=False)
@click.option("--key", metavar="DIGEST", help="Exempt a key: its SHA-256 in hexadecimal.")
@click.option("--network", metavar="CIDR", help="Exempt a network, whoever calls from it.")
@click.option("--for", "holder", metavar="ID", help="Whose key or network it is: who is told.")
@click.option("--withdraw", "ended", metavar="EXEMPTION", help="End this exemption now.")
@click.option("--list", "listed", is_flag=True, help="List the exemptions that are in force.")
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
def exempt(
    organization: str | None,
    key: str | None,
    network: str | None,
    holder: str | None,
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
    """Exempt an organization, a key or a network, or end that.

    Names an ORGANIZATION, --key or --network, with --reason, --until or --no-end, and --as.
    """
    listed = listed or everyone
    asked = [organization, key, network, ended, "list" if listed else None]
    if sum(one is not None for one in asked) != 1:
        what = "an ORGANIZATION, --key, --network, --withdraw and --list"
        raise click.UsageError(f"Name one of {what}, and only one.")
    with closing((open_kept if listed else open_store)(store_url, state_dir)) as database:
        if listed:
            _list(database, at, everyone, as_json)
            return
        if reason is None or person is None:
            raise click.UsageError("Say why with --reason, and who you are with --as.")
        with (
            transactions(database, rehearsed=dry_run) as transaction,
            transaction() as connection,
        ):
            replaced = None
            if ended is not None:
                one, case = verb.withdraw(connection, ended, person, reason, at)
            else:
                subject = _subject(organization, key, network, holder)
                terms = Terms(reason, person, said_until(until, no_end), replaces=replaces)
                made = verb.exempt(connection, subject, terms, at)
                one, replaced, case = made.exemption, made.replaced, made.case
    _tell(one, replaced, case, as_json=as_json, kept=not dry_run)


def _subject(
    organization: str | None, key: str | None, network: str | None, holder: str | None
) -> Subject:
    if organization is not None and holder is not None:
        raise click.UsageError("--for says whose a key or a network is.")
    if key is not None and not _DIGEST.fullmatch(key):
        raise click.UsageError("A key is named by its SHA-256 digest: 64 of 0-9 and a-f.")
    return Subject(
        organization,
        None if key is None else bytes.fromhex(key),
        None if network is None else network_of(network),
        holder,
    )


def _list(database: Database, at: datetime, everyone: bool, as_json: bool) -> None:
    with database.reading() as connection:
        known = Exemptions(connection)
        found = list(known.where()) if everyone else known.in_force(at)
    if as_json:
        output.print_json([exemption_record(one) for one in found])
        return
    output.print_table(EXEMPTION_HEADINGS, map(exemption_row, found))
    click.echo(f"{len(found)} exemption{'' if len(found) == 1 else 's'}.", err=True)


def _tell(
    one: Exemption, replaced: Exemption | None, case: Case | None, *, as_json: bool, kept: bool
) -> None:
    if as_json:
        before = None if replaced is None else exemption_record(replaced)
        facts = {"exemption": exemption_record(one), "replaced": before, "case": case}
        output.print_json({**facts, "kept": kept})
        return
    would = "is" if kept else "would be"
    name = f"exemption {one.id}" if kept else "an exemption"
    if one.ended is not None:
        click.echo(f"The exemption {one.id} of {one.subject} {would} ended.")
    else:
        until = "without end" if one.expires is None else f"until {output.utc(one.expires)}"
        click.echo(f"{one.subject} {would} exempt {until}: {name}.")
    if replaced is not None:
        click.echo(f"It takes the place of {replaced.id}.")
    if case is not None:
        click.echo(f"Case {case.number} of {case.organization} {would} {case.state}.")
