"""`regiongate case exempt`: what the region rules do not apply to, for a time."""

from __future__ import annotations

import re

import click

from regiongate.cli import output
from regiongate.cli.change import Change, change_options
from regiongate.cli.exemption_print import EXEMPTION_HEADINGS, exemption_record, exemption_row
from regiongate.cli.granting import Granting, granting_options
from regiongate.cli.store_option import reading
from regiongate.control.grant import exempt as verb
from regiongate.control.grant.exempt import Subject
from regiongate.control.grant.network_of import network_of
from regiongate.domain.case import Case
from regiongate.domain.exemption import Exemption
from regiongate.store.exemptions import Exemptions

_DIGEST = re.compile("[0-9a-f]{64}")


@click.command()
@click.argument("organization", required=False)
@click.option("--key", metavar="DIGEST", help="Exempt a key: its SHA-256 in hexadecimal.")
@click.option("--network", metavar="CIDR", help="Exempt a network, whoever calls from it.")
@click.option("--for", "holder", metavar="ID", help="Whose key or network it is: who is told.")
@granting_options("exemption")
@change_options
def exempt(
    organization: str | None,
    key: str | None,
    network: str | None,
    holder: str | None,
    granting: Granting,
    change: Change,
) -> None:
    """Exempt an organization, a key or a network, or end that.

    Names an ORGANIZATION, --key or --network, with --reason, --until or --no-end, and --as.
    """
    asked = [organization, key, network, granting.ended, "list" if granting.lists else None]
    if sum(one is not None for one in asked) != 1:
        what = "an ORGANIZATION, --key, --network, --withdraw and --list"
        raise click.UsageError(f"Name one of {what}, and only one.")
    if granting.lists:
        _list(granting, change)
    elif granting.ended is not None:
        reason, person = granting.signed()
        with change.transaction() as connection:
            one, case = verb.withdraw(connection, granting.ended, person, reason, change.at)
        _tell(one, None, case, change)
    else:
        terms, subject = granting.terms(), _subject(organization, key, network, holder)
        with change.transaction() as connection:
            made = verb.exempt(connection, subject, terms, change.at)
        _tell(made.exemption, made.replaced, made.case, change)


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


def _list(granting: Granting, change: Change) -> None:
    with reading(change.store_url, change.state_dir) as connection:
        known = Exemptions(connection)
        found = list(known.where()) if granting.everyone else known.in_force(change.at)
    if change.as_json:
        output.print_json([exemption_record(one) for one in found])
        return
    output.print_table(EXEMPTION_HEADINGS, map(exemption_row, found))
    click.echo(f"{len(found)} exemption{'' if len(found) == 1 else 's'}.", err=True)


def _tell(one: Exemption, replaced: Exemption | None, case: Case | None, change: Change) -> None:
    if change.as_json:
        before = None if replaced is None else exemption_record(replaced)
        facts = {"exemption": exemption_record(one), "replaced": before, "case": case}
        output.print_json({**facts, "kept": change.kept})
        return
    name = f"exemption {one.id}" if change.kept else "an exemption"
    if one.ended is not None:
        click.echo(f"The exemption {one.id} of {one.subject} {change.is_} ended.")
    else:
        until = "without end" if one.expires is None else f"until {output.utc(one.expires)}"
        click.echo(f"{one.subject} {change.is_} exempt {until}: {name}.")
    if replaced is not None:
        click.echo(f"It takes the place of {replaced.id}.")
    if case is not None:
        click.echo(f"Case {case.number} of {case.organization} {change.is_} {case.state}.")
