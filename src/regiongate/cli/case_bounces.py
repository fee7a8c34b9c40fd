"""`regiongate case bounces`: what came back."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from pathlib import Path

import click

from regiongate.cli import output
from regiongate.cli.acting import as_option_if_any
from regiongate.cli.desk_option import policy_option, read_policy
from regiongate.cli.gateway_options import state_option
from regiongate.cli.mail_options import sender_of, sender_options
from regiongate.cli.options import FilePath, at_option, dry_run_option, json_option, sources_option
from regiongate.cli.store_option import open_store, store_option
from regiongate.control.acting import acting
from regiongate.control.notices import rounds
from regiongate.control.notices.desk import desk
from regiongate.control.notices.returned import Meaning, Returned, hear
from regiongate.control.rehearsal import transactions
from regiongate.control.secrets import link_secret
from regiongate.domain.contact import masked
from regiongate.domain.role import SYSTEM, Act
from regiongate.geo.store.catalogue import Catalogue
from regiongate.notify.bounces.read import read


@click.command()
@click.argument("mailbox", type=FilePath())
@as_option_if_any
@policy_option
@sender_options
@at_option
@sources_option
@state_option
@store_option
@json_option
@dry_run_option
def bounces(
    mailbox: Path,
    person: str | None,
    policy_path: Path | None,
    at: datetime,
    catalogue: Catalogue,
    state_dir: Path,
    store_url: str | None,
    as_json: bool,
    dry_run: bool,
    **mail: str | None,
) -> None:
    """Read bounces from a mailbox, a file or a folder.

    MAILBOX is an mbox file, a Maildir, or a folder of .eml files; nothing is changed in it, and it
    may be read again and again. A permanent failure turns the contact bad and the case loud, and
    the next contact gets the notice.
    """
    sender = sender_of(mail)
    reports = read(mailbox, sender)
    made_desk = desk(
        read_policy(policy_path, state_dir, catalogue), sender, link_secret(state_dir.resolve())
    )
    with (
        closing(open_store(store_url, state_dir)) as database,
        transactions(database, rehearsed=dry_run) as transaction,
        transaction() as connection,
    ):
        actor = SYSTEM if person is None else acting(connection, person, Act.NOTIFY).name
        found = hear(connection, reports, at, actor)
        written = rounds.go_on(connection, made_desk, at, actor=actor)
    if as_json:
        output.print_json(_record(found) | {"written": written, "kept": not dry_run})
    else:
        _tell(found, len(written), dry_run)


def _record(found: Returned) -> dict[str, object]:
    return {
        "reports": [
            {
                "mail": one.report.name,
                "notice": one.report.notice,
                "recipient": masked(one.report.recipient),
                "action": one.report.action,
                "status": one.report.status,
                "meaning": one.meaning,
            }
            for one in found.heard
        ],
        "left_aside": found.left_aside,
    }


def _tell(found: Returned, written: int, dry_run: bool) -> None:
    if dry_run:
        click.echo("Nothing is kept of this: --dry-run.")
    for meaning in Meaning:
        if found.counts[meaning]:
            click.echo(f"  {found.counts[meaning]:>6}  {meaning}")
    for aside in found.left_aside:
        click.echo(f"{aside.name}: {aside.why}: {aside.detail}", err=True)
    click.echo(f"Reports: {len(found.heard)}. Notices written to the next contact: {written}.")
