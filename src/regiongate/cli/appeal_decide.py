"""`regiongate appeal grant` and `deny`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import click

from regiongate.cli.acting import as_option
from regiongate.cli.appeal_print import print_decided
from regiongate.cli.desk_option import open_desk, policy_option, read_policy
from regiongate.cli.gateway_options import state_option
from regiongate.cli.granting import (
    read_located,
    replace_option,
    said_until,
    until_options,
)
from regiongate.cli.mail_options import sender_options
from regiongate.cli.options import NUMBER, at_option, dry_run_option, json_option, sources_option
from regiongate.cli.store_option import open_store, store_option
from regiongate.control.appeal import decide
from regiongate.control.appeal.decide import Ruling, grant_corrections, grant_exemption
from regiongate.control.appeal.sent import asked_for
from regiongate.control.appeal.sitting import Sitting
from regiongate.control.notices.desk import Desk
from regiongate.control.rehearsal import transactions
from regiongate.geo.store.catalogue import Catalogue


@click.command()
@click.argument("name", metavar="APPEAL")
@click.option("--exempt", is_flag=True, help="The organization becomes exempt.")
@click.option(
    "--correct",
    "located",
    multiple=True,
    metavar="NETWORK=REGION",
    help="The network is there; may be given more than once.",
)
@click.option(
    "--geofeed",
    type=NUMBER,
    metavar="NUMBER",
    help="The networks are where the geofeed says that came as this file of the appeal.",
)
@click.option("--reason", required=True, help="Why, in a line; the organization reads it.")
@until_options
@replace_option
@as_option
@policy_option
@sender_options
@at_option
@sources_option
@state_option
@store_option
@json_option
@dry_run_option
def grant(
    name: str,
    exempt: bool,
    located: tuple[str, ...],
    geofeed: int | None,
    reason: str,
    until: datetime | None,
    no_end: bool,
    replaces: bool,
    person: str,
    policy_path: Path | None,
    at: datetime,
    catalogue: Catalogue,
    state_dir: Path,
    store_url: str | None,
    as_json: bool,
    dry_run: bool,
    **mail: str | None,
) -> None:
    """Grant APPEAL: as an exemption, or as corrections.

    An exemption moves its case to exempt; corrections release it. The organization is told.
    """
    if sum((exempt, bool(located), geofeed is not None)) != 1:
        raise click.UsageError("Say what it becomes, one of --exempt, --correct and --geofeed.")
    ruling = Ruling(person, reason, said_until(until, no_end))
    places = read_located(located)
    desk = open_desk(read_policy(policy_path, state_dir, catalogue), mail, state_dir)
    with _sitting(store_url, state_dir, desk, at, dry_run) as sitting:
        if geofeed is not None:
            places = asked_for(sitting.connection, name, geofeed)
        found = (
            grant_exemption(sitting, name, ruling)
            if exempt
            else grant_corrections(sitting, name, ruling, places, replaces=replaces)
        )
    print_decided(found, as_json=as_json, kept=not dry_run)


@click.command()
@click.argument("name", metavar="APPEAL")
@click.option("--reason", required=True, help="Why, in a line; the organization reads it.")
@as_option
@policy_option
@sender_options
@at_option
@sources_option
@state_option
@store_option
@json_option
@dry_run_option
def deny(
    name: str,
    reason: str,
    person: str,
    policy_path: Path | None,
    at: datetime,
    catalogue: Catalogue,
    state_dir: Path,
    store_url: str | None,
    as_json: bool,
    dry_run: bool,
    **mail: str | None,
) -> None:
    """Deny APPEAL, with the reason.

    It can be reopened once within 30 days; another approver then decides.
    """
    desk = open_desk(read_policy(policy_path, state_dir, catalogue), mail, state_dir)
    with _sitting(store_url, state_dir, desk, at, dry_run) as sitting:
        found = decide.deny(sitting, name, Ruling(person, reason))
    print_decided(found, as_json=as_json, kept=not dry_run)


@contextmanager
def _sitting(
    store_url: str | None, state_dir: Path, desk: Desk, at: datetime, rehearsed: bool
) -> Iterator[Sitting]:
    with (
        closing(open_store(store_url, state_dir)) as database,
        transactions(database, rehearsed=rehearsed) as transaction,
        transaction() as connection,
    ):
        yield Sitting(connection, desk, at)
