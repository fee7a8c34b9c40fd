"""`regiongate case notices`: what organizations were told, and what became of it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click
import sqlalchemy as sa

from regiongate.cli import output
from regiongate.cli.gateway_options import state_option
from regiongate.cli.notice_record import print_attempts, print_notices, record
from regiongate.cli.options import NUMBER, json_option
from regiongate.cli.store_option import open_kept, store_option
from regiongate.domain.errors import CannotRun
from regiongate.domain.notice import Event
from regiongate.store.notices import NOTICE, Notices, NoticeState


@click.command()
@click.argument("notice", required=False, metavar="[ID]")
@click.option(
    "--in",
    "states",
    multiple=True,
    type=click.Choice([state.value for state in NoticeState]),
    help="Only notices that are this; may be given more than once.",
)
@click.option(
    "--event",
    "events",
    multiple=True,
    type=click.Choice([event.value for event in Event]),
    help="Only notices of this event; may be given more than once.",
)
@click.option("--bounced", is_flag=True, help="Only those that came back.")
@click.option("--case", "number", type=NUMBER, metavar="NUMBER", help="Only those of this case.")
@click.option("--raw", is_flag=True, help="The exact bytes of the notice ID, and nothing else.")
@state_option
@store_option
@json_option
def notices(
    notice: str | None,
    states: tuple[str, ...],
    events: tuple[str, ...],
    bounced: bool,
    number: int | None,
    raw: bool,
    state_dir: Path,
    store_url: str | None,
    as_json: bool,
) -> None:
    """List notices and what became of them.

    Of the notice ID every attempt is shown. Mail addresses are masked unless one notice or one
    case is asked for.
    """
    if raw and notice is None:
        raise click.UsageError("--raw is of one notice: name its ID.")
    wanted = _wanted(notice, states, events, number, bounced=bounced)
    whole = notice is not None or number is not None
    with closing(open_kept(store_url, state_dir)) as database, database.reading() as connection:
        kept = Notices(connection)
        found = list(kept.where(*wanted))
        attempts = {one.id: kept.attempts(one.id) for one in found} if whole else {}
        message = kept.message(notice) if raw and notice is not None and found else b""
    if notice is not None and not found:
        raise CannotRun(f"there is no notice {notice}: see regiongate case notices")
    if raw:
        click.echo(message, nl=False)
    elif as_json:
        output.print_json([record(one, attempts.get(one.id), whole=whole) for one in found])
    else:
        print_notices(found, whole=whole)
        if notice is not None:
            print_attempts(attempts[notice])


def _wanted(
    notice: str | None,
    states: tuple[str, ...],
    events: tuple[str, ...],
    number: int | None,
    *,
    bounced: bool,
) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if notice is not None:
        conditions.append(NOTICE.c.id == notice)
    if states:
        conditions.append(NOTICE.c.state.in_(states))
    if events:
        conditions.append(NOTICE.c.event.in_(events))
    if number is not None:
        conditions.append(NOTICE.c["case"] == number)
    if bounced:
        conditions.append(NOTICE.c.bounced_at.is_not(None))
    return conditions
