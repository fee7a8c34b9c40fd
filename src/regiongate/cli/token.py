"""`regiongate token`: what programs show to be let in, in the name of a person."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click

from regiongate.cli import output
from regiongate.cli.acting import as_option
from regiongate.cli.change import Change, rehearsal_options
from regiongate.cli.gateway_options import state_option
from regiongate.cli.options import Instant, at_option, json_option
from regiongate.cli.store_option import open_store, reading, store_option
from regiongate.control.access.tokens import LONGEST, issue, revoke, tokens
from regiongate.domain.errors import CannotRun
from regiongate.domain.role import Role
from regiongate.store.tokens import Token

_ROLE = click.Choice([role.value for role in Role])
_DAYS = 90


@click.group()
def token() -> None:
    """Issue, list and revoke the tokens with which programs ask in a person's name."""


@token.command("issue")
@click.argument("name")
@click.option("--role", type=_ROLE, required=True, help="What it allows at most: yours, or less.")
@click.option(
    "--days",
    type=click.IntRange(1, LONGEST.days),
    help=f"For how many days it lets anybody in.  [default: {_DAYS}]",
)
@click.option("--until", type=Instant(), help="Until when, instead of --days.")
@as_option
@at_option
@state_option
@store_option
@json_option
def issue_(
    name: str,
    role: str,
    days: int | None,
    until: datetime | None,
    person: str,
    at: datetime,
    state_dir: Path,
    store_url: str | None,
    as_json: bool,
) -> None:
    """Issue a token to whoever acts; NAME is what they call it. Its text is said only here."""
    if days is not None and until is not None:
        raise CannotRun("--days and --until both say when the token ends: give one")
    end = until or at + timedelta(days=days or _DAYS)
    with (
        closing(open_store(store_url, state_dir)) as database,
        database.writing(durable=True) as connection,
    ):
        made = issue(connection, person, name, Role(role), end, at)
    if as_json:
        output.print_json({**_record(made.token, at), "secret": made.secret})
        return
    click.echo(made.secret)
    said = f"{made.token.id} lets {person} in as {role} until {output.utc(end)}"
    click.echo(f"{said}. Keep its text now: it is said only once.", err=True)


@token.command("list")
@as_option
@at_option
@state_option
@store_option
@json_option
def list_(person: str, at: datetime, state_dir: Path, store_url: str | None, as_json: bool) -> None:
    """List one's own tokens; an admin sees those of everybody."""
    with reading(store_url, state_dir) as connection:
        found = [_record(one, at) for one in tokens(connection, person)]
    if as_json:
        output.print_json(found)
        return
    columns = ("id", "person", "name", "role", "until", "used", "state")
    output.print_table(columns, ([one[column] for column in columns] for one in found))


@token.command("revoke")
@click.argument("id")
@as_option
@rehearsal_options
def revoke_(id: str, person: str, change: Change) -> None:
    """Revoke the token ID, one's own, or anybody's as an admin: it lets nobody in any more."""
    with change.transaction() as connection:
        found = revoke(connection, id, person, change.at)
    if change.as_json:
        output.print_json({"kept": change.kept, **_record(found, change.at)})
        return
    done = f"{found.id} of {found.person} is revoked"
    click.echo(f"{done}." if change.kept else f"Nothing is kept; this would be: {done}.")


def _record(one: Token, at: datetime) -> dict[str, Any]:
    return {
        "id": one.id,
        "person": one.person,
        "name": one.name,
        "role": one.role,
        "issued": one.issued,
        "until": one.until,
        "used": one.used,
        "state": _state(one, at),
        "revoked": one.revoked,
        "revoked_by": one.revoked_by,
    }


def _state(one: Token, at: datetime) -> str:
    if one.revoked is not None:
        return f"revoked by {one.revoked_by}"
    return "in force" if one.holds(at) else "over"
