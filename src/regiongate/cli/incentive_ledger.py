"""`regiongate incentive claim|spend|balance|list|expire`: the ledger of a vendor."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from regiongate import offers
from regiongate.cli import output
from regiongate.cli.acting import as_option
from regiongate.cli.change import Change, rehearsal_options
from regiongate.cli.gateway_options import state_option
from regiongate.cli.options import FilePath, at_option, json_option
from regiongate.cli.store_option import open_kept, store_option
from regiongate.control.incentive.claim import Asked
from regiongate.control.incentive.claim import claim as claim_code
from regiongate.control.incentive.expire import expire as expire_grants
from regiongate.control.incentive.spend import spend as spend_tokens
from regiongate.domain.ledger import MOST_TOKENS, GrantState, TokenGrant, spendable
from regiongate.store.ledger import Ledger, Spent

UNKEPT = "Nothing is kept; this would be: "
"""How a rehearsal begins."""


@click.command()
@click.argument("code")
@click.option("--account", metavar="ID", required=True, help="Which of your accounts claims.")
@click.option(
    "--offers", "offers_path", type=FilePath(), required=True, help="The file of your offers."
)
@click.option(
    "--offer",
    metavar="NAME",
    help="Which of them, where the code is for any.  [default: the code's]",
)
@click.option(
    "--newly-switching",
    "new_here",
    is_flag=True,
    help="You have seen that the account is new here, as the offer demands.",
)
@as_option
@rehearsal_options
def claim(
    code: str,
    account: str,
    offers_path: Path,
    offer: str | None,
    new_here: bool,
    person: str,
    change: Change,
) -> None:
    """Grant an account what an offer gives for CODE, once."""
    known = offers.given(offers_path)
    asked = Asked(code, account, offer, new_here)
    with change.transaction() as connection:
        made = claim_code(connection, asked, known, person, change.at)
    if change.as_json:
        record = {"kept": change.kept, "account": made.account, "offer": made.offer}
        grants = [_record(grant, change.at) for grant in made.grants]
        output.print_json({**record, "grants": grants, "besides": made.besides})
        return
    for grant in made.grants:
        done = f"{account} has {grant.tokens} tokens for {_model(grant.model)}{_until(grant)}"
        click.echo(f"{UNKEPT}{done}." if change.dry_run else f"{done}.")
    for sentence in made.besides:
        click.echo(sentence)


@click.command()
@click.argument("account")
@click.option(
    "--tokens", type=click.IntRange(1, MOST_TOKENS), required=True, help="How many were used."
)
@click.option("--model", metavar="NAME", help="With which model.  [default: none in particular]")
@click.option(
    "--id",
    "spend_id",
    metavar="TEXT",
    required=True,
    help="What you call this spend: the same one again is not done twice.",
)
@as_option
@rehearsal_options
def spend(
    account: str,
    tokens: int,
    model: str | None,
    spend_id: str,
    person: str,
    change: Change,
) -> None:
    """Take tokens from what ACCOUNT has: all of them, or none."""
    asked = Spent(spend_id, account, tokens, model, change.at)
    with change.transaction() as connection:
        done = spend_tokens(connection, asked, person, change.at)
        left = spendable(Ledger(connection).grants(account), change.at)
    if change.as_json:
        record = {"kept": change.kept, "new": done.new, "spend": spend_id, "account": account}
        output.print_json({**record, "tokens": done.spent.tokens, "model": model, "left": left})
        return
    when = "" if done.new else f"already, at {output.utc(done.spent.at)}; nothing changes"
    said = f"{account} has spent {tokens} tokens {when}".rstrip() + f". {left} are left"
    click.echo(f"{UNKEPT}{said}." if change.dry_run else f"{said}.")


@click.command()
@click.argument("account")
@at_option
@state_option
@store_option
@json_option
def balance(
    account: str, at: datetime, state_dir: Path, store_url: str | None, as_json: bool
) -> None:
    """Say how many tokens ACCOUNT can spend, with which models, until when."""
    with closing(open_kept(store_url, state_dir)) as database, database.reading() as connection:
        found = Ledger(connection).grants(account)
    total = spendable(found, at)
    if as_json:
        grants = [_record(grant, at) for grant in found]
        output.print_json({"account": account, "tokens": total, "grants": grants})
        return
    click.echo(f"{account} can spend {total} tokens.")
    standing = [grant for grant in found if grant.state(at) is GrantState.GOOD]
    if standing:
        _print(standing, at)


@click.command("list")
@click.option("--account", metavar="ID", help="Only what this account was granted.")
@at_option
@state_option
@store_option
@json_option
def list_(
    account: str | None, at: datetime, state_dir: Path, store_url: str | None, as_json: bool
) -> None:
    """List all grants of tokens, those that are used up or over included."""
    with closing(open_kept(store_url, state_dir)) as database, database.reading() as connection:
        found = Ledger(connection).grants(account)
    if as_json:
        output.print_json([_record(grant, at) for grant in found])
    else:
        _print(found, at)


@click.command()
@as_option
@rehearsal_options
def expire(person: str, change: Change) -> None:
    """Let lapse what is left of grants that have ended."""
    with change.transaction() as connection:
        found = expire_grants(connection, person, change.at)
    if change.as_json:
        lapsed = [{"grant": g.id, "account": g.account, "tokens": g.left} for g in found]
        output.print_json({"kept": change.kept, "lapsed": lapsed})
        return
    total = sum(grant.left for grant in found)
    done = f"{total} tokens of {len(found)} grants have lapsed"
    click.echo(f"{UNKEPT}{done}." if change.dry_run else f"{done}.")


def _record(grant: TokenGrant, at: datetime) -> dict[str, Any]:
    return {
        "id": grant.id,
        "account": grant.account,
        "offer": grant.offer,
        "issuer": grant.issuer,
        "code": grant.code,
        "model": grant.model,
        "granted": grant.granted,
        "expires": grant.expires,
        "tokens": grant.tokens,
        "left": grant.left,
        "state": grant.state(at),
    }


def _print(grants: Iterable[TokenGrant], at: datetime) -> None:
    headings = ("grant", "account", "offer", "model", "tokens", "left", "expires", "state")
    output.print_table(
        headings,
        (
            (g.id, g.account, g.offer, _model(g.model), g.tokens, g.left, g.expires, g.state(at))
            for g in grants
        ),
    )


def _model(model: str | None) -> str:
    return "any model" if model is None else model


def _until(grant: TokenGrant) -> str:
    return "" if grant.expires is None else f" until {output.utc(grant.expires)}"
