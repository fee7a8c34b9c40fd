"""`regiongate incentive`: claim codes of a provider, and the ledger of a vendor."""

from __future__ import annotations

from pathlib import Path

import click

from regiongate.cli import output
from regiongate.cli.acting import as_option
from regiongate.cli.change import Change, rehearsal_options
from regiongate.cli.gateway_options import state_option
from regiongate.cli.incentive_ledger import UNKEPT, balance, claim, expire, list_, spend
from regiongate.cli.options import NUMBER, json_option
from regiongate.control.audit.signed import pem, public_key, written
from regiongate.control.incentive.issue import Signer, Wanted
from regiongate.control.incentive.issue import code as code_of
from regiongate.control.incentive.trust import distrust as distrust_issuer
from regiongate.control.incentive.trust import trust as trust_issuer
from regiongate.control.secrets import claim_key
from regiongate.domain.claim import DAYS, LONGEST_DAYS


@click.group()
def incentive() -> None:
    """Issue claim codes for cases; as a vendor, grant and book tokens for them."""


@incentive.command()
@click.argument("case", type=NUMBER)
@click.option(
    "--issuer",
    required=True,
    metavar="NAME",
    envvar="REGIONGATE_CLAIM_ISSUER",
    help="What vendors call you.  [default: $REGIONGATE_CLAIM_ISSUER]",
)
@click.option("--offer", metavar="NAME", help="The offer it is for.  [default: any]")
@click.option(
    "--days",
    type=click.IntRange(1, LONGEST_DAYS),
    default=DAYS,
    show_default=True,
    help="For how many days it can be claimed, today included.",
)
@as_option
@rehearsal_options
def code(
    case: int,
    issuer: str,
    offer: str | None,
    days: int,
    person: str,
    change: Change,
) -> None:
    """Issue a claim code for the organization of CASE; it does not say whose it is.

    The same code is given again until it expires.
    """
    signer = Signer(issuer, claim_key(change.state_dir))
    with change.transaction() as connection:
        given = code_of(connection, case, person, signer, Wanted(offer, change.at, days))
    said = given.issued
    # A code that nobody has kept is good at no vendor's twice over, and must not leave here.
    text = None if change.dry_run and given.new else given.text
    if change.as_json:
        record = {"kept": change.kept, "new": given.new, "case": said.case, "code": text}
        words = {"issuer": issuer, "offer": said.code.offer, "period": said.period}
        output.print_json(
            {**record, **words, "issued": said.code.issued, "expires": said.code.expires}
        )
        return
    if text is not None:
        click.echo(text)
    which = "a new code" if given.new else "the code that was issued already"
    done = f"{which} for case {said.case}, good until {said.code.expires} begins (UTC)"
    click.echo(f"{UNKEPT}{done}." if change.dry_run else f"This is {done}.", err=True)


@incentive.command()
@state_option
@json_option
def key(state_dir: Path, as_json: bool) -> None:
    """Print the public key (Ed25519, hexadecimal) that verifies claim codes; made at first use."""
    public = claim_key(state_dir).public_key()
    if as_json:
        output.print_json({"ed25519": written(public), "pem": pem(public)})
    else:
        click.echo(written(public))


@incentive.command()
@click.argument("issuer")
@click.option(
    "--key",
    "said",
    metavar="KEY",
    required=True,
    help="Its public key, or a file: what `regiongate incentive key` prints there.",
)
@as_option
@rehearsal_options
def trust(
    issuer: str,
    said: str,
    person: str,
    change: Change,
) -> None:
    """Believe the claim codes of ISSUER that are signed with a key."""
    public = public_key(said)
    with change.transaction() as connection:
        found = trust_issuer(connection, issuer, public, person, change.at)
    if change.as_json:
        output.print_json({"kept": change.kept, "issuer": found.name, "key": found.key})
        return
    done = f"{found.name} is trusted with the key {found.key}"
    click.echo(f"{UNKEPT}{done}." if change.dry_run else f"{done}.")


@incentive.command()
@click.argument("issuer")
@as_option
@rehearsal_options
def distrust(
    issuer: str,
    person: str,
    change: Change,
) -> None:
    """Believe the claim codes of ISSUER no longer; what was granted for them stays."""
    with change.transaction() as connection:
        found = distrust_issuer(connection, issuer, person, change.at)
    if change.as_json:
        output.print_json({"kept": change.kept, "issuer": found.name, "key": found.key})
        return
    done = f"{found.name} is trusted no longer"
    click.echo(f"{UNKEPT}{done}." if change.dry_run else f"{done}.")


for _command in (claim, spend, balance, list_, expire):
    incentive.add_command(_command)
