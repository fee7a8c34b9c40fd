"""`regiongate case notice`: write, preview and send what organizations are to be told."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from pathlib import Path

import click

from regiongate.cli import output
from regiongate.cli.acting import as_option_if_any
from regiongate.cli.desk_option import policy_option, read_policy
from regiongate.cli.gateway_options import state_option
from regiongate.cli.mail_options import mail_options, sender_of, settings_of
from regiongate.cli.notice_record import record
from regiongate.cli.notice_sending import Wish, send
from regiongate.cli.options import (
    NUMBER,
    FilePath,
    at_option,
    dry_run_option,
    json_option,
    sources_option,
)
from regiongate.cli.store_option import open_store, store_option
from regiongate.control.notices import by_hand, preview
from regiongate.control.notices.by_hand import Said
from regiongate.control.notices.composed import Composed
from regiongate.control.notices.concerned import TELLS
from regiongate.control.notices.desk import Desk, Told, desk
from regiongate.control.notices.preview import Previewed
from regiongate.control.rehearsal import transactions
from regiongate.control.secrets import link_secret
from regiongate.domain.notice import Event
from regiongate.geo.store.catalogue import Catalogue
from regiongate.store.database import Database


@click.command()
@click.option(
    "--event",
    type=click.Choice([event.value for event in TELLS]),
    help="Write the notices of this event.",
)
@click.option("--occasion", default="", metavar="TEXT", help="Which of several, such as 7d.")
@click.option(
    "--case",
    "numbers",
    type=NUMBER,
    multiple=True,
    metavar="NUMBER",
    help="Only this case; may be given more than once.  [default: all that it concerns]",
)
@click.option("--send", "sends", is_flag=True, help="Send what is due.")
@click.option("--stay", is_flag=True, help="With --send: go on until Ctrl-C, and try again.")
@click.option(
    "--workers",
    type=click.IntRange(1, 16),
    default=1,
    show_default=True,
    help="With --send: how many letters are under way at once.",
)
@click.option(
    "--preview",
    "folder",
    type=FilePath(),
    help="Write .eml files there, and send and change nothing: of --event, else of what is ready.",
)
@click.option(
    "--resolve",
    type=(str, click.Choice([said.value for said in Said])),
    metavar="ID accepted|send-again",
    help="Say what became of a notice of which nobody knows.",
)
@click.option("--reason", metavar="TEXT", help="With --resolve: how you know, or why again.")
@as_option_if_any
@policy_option
@mail_options
@at_option
@sources_option
@state_option
@store_option
@json_option
@dry_run_option
def notice(
    event: str | None,
    occasion: str,
    numbers: tuple[int, ...],
    sends: bool,
    stay: bool,
    workers: int,
    folder: Path | None,
    resolve: tuple[str, str] | None,
    reason: str | None,
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
    """Compose, preview and send what organizations are to be told.

    `reconcile` writes what the policy says is due, and --send sends it. By hand, --event writes
    the notices of one event, those that are not written yet.
    """
    told = None if event is None else Told(Event(event), occasion)
    _require_one(told, sends=sends, previews=folder is not None, resolves=resolve is not None)

    def made_desk() -> Desk:
        policy = read_policy(policy_path, state_dir, catalogue)
        return desk(policy, sender_of(mail), link_secret(state_dir.resolve()))

    with closing(open_store(store_url, state_dir)) as database:
        if resolve is not None:
            _resolve(database, resolve, reason, person, at, as_json=as_json, dry_run=dry_run)
        elif folder is not None:
            found = made_desk() if told is not None else None
            previewed = _preview(database, found, told, numbers, at, folder)
            _print_preview(previewed, folder, as_json)
        else:
            wish = Wish(settings_of(mail), workers, stay, person) if sends else None
            said: dict[str, object] = {"kept": not dry_run}
            if told is not None:
                composed = _compose(
                    database, made_desk(), told, numbers, person, at, dry_run=dry_run
                )
                said |= {"written": composed.ids, "why_none": composed.why_none}
            if wish is not None:
                said |= send(database, wish, at, dry_run=dry_run)
            _print(said, as_json)


def _require_one(told: Told | None, *, sends: bool, previews: bool, resolves: bool) -> None:
    """Refuse what would be ignored."""
    if not (told or sends or previews or resolves):
        raise click.UsageError("Say what to do: --event, --preview, --send or --resolve.")
    if previews and sends:
        raise click.UsageError("--preview sends nothing: leave out --send.")
    if resolves and (told or sends or previews):
        raise click.UsageError("--resolve is about one notice: leave out everything else.")


def _compose(
    database: Database,
    found: Desk,
    told: Told,
    numbers: tuple[int, ...],
    person: str | None,
    at: datetime,
    *,
    dry_run: bool,
) -> Composed:
    with (
        transactions(database, rehearsed=dry_run) as transaction,
        transaction() as connection,
    ):
        return by_hand.compose(connection, found, told, numbers, person=_named(person), at=at)


def _resolve(
    database: Database,
    resolve: tuple[str, str],
    reason: str | None,
    person: str | None,
    at: datetime,
    *,
    as_json: bool,
    dry_run: bool,
) -> None:
    said = Said(resolve[1])
    if not reason or not reason.strip():
        raise click.UsageError("--resolve needs a --reason; it stands in the audit trail.")
    with (
        transactions(database, rehearsed=dry_run) as transaction,
        transaction() as connection,
    ):
        found = by_hand.settle(connection, resolve[0], said, reason, person=_named(person), at=at)
    if as_json:
        output.print_json({"notice": record(found), "kept": not dry_run})
    else:
        would = "would be" if dry_run else "is"
        click.echo(f"Notice {found.id} of case {found.case} {would} {found.state}.")


def _preview(
    database: Database,
    found: Desk | None,
    told: Told | None,
    numbers: tuple[int, ...],
    at: datetime,
    folder: Path,
) -> Previewed:
    with database.reading() as connection:
        if found is None or told is None:
            return preview.of_ready(connection, numbers, folder)
        return preview.of_event(connection, found, told, numbers, at=at, folder=folder)


def _print_preview(found: Previewed, folder: Path, as_json: bool) -> None:
    if as_json:
        troubles = [{"case": one.case.number, "why": one.why} for one in found.troubles]
        said = {"files": found.files, "troubles": troubles, "why_none": found.why_none}
        output.print_json(said)
        return
    if found.why_none is None:
        click.echo(f"{len(found.files)} letters are in {folder}; nothing was sent or changed.")
    else:
        click.echo(f"No letters: {found.why_none}. Nothing was sent or changed.")
    for one in found.troubles:
        click.echo(f"case {one.case.number} of {one.case.organization}: {one.why}", err=True)


def _print(said: dict[str, object], as_json: bool) -> None:
    if as_json:
        output.print_json(said)
        return
    written, sent = said.get("written"), said.get("sent")
    if not said["kept"]:
        click.echo("Nothing is kept of this: --dry-run.")
    if isinstance(written, list):
        why = f" ({said['why_none']})" if said["why_none"] else ""
        click.echo(f"Notices written: {len(written)}{why}.")
    if isinstance(sent, dict):
        fates = ", ".join(f"{count} {fate}" for fate, count in sorted(sent.items()))
        rate = f" ({said['seconds']} s, {said['rate']}/s)" if sent else ""
        click.echo(f"Sent: {fates or 'nothing was due'}{rate}. {said['waiting']} wait.")
    elif "due" in said:
        click.echo(f"{said['due']} are due, {said['waiting']} wait.")
    if cancelled := said.get("cancelled"):
        verb = "Cancelled" if said["kept"] else "Would be cancelled"
        click.echo(f"{verb}, because their date came before they were sent: {cancelled}.")


def _named(person: str | None) -> str:
    """Who acts; what is done by hand is done by somebody."""
    if person is None:
        raise click.UsageError("Say who acts: --as NAME, or $REGIONGATE_PERSON.")
    return person
