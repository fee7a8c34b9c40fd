"""`regiongate appeal grant` and `deny`."""

from __future__ import annotations

from datetime import datetime

import click

from regiongate.cli.acting import as_option
from regiongate.cli.appeal_print import print_decided
from regiongate.cli.appeal_sitting import sitting
from regiongate.cli.desk_option import DeskChange, desk_options
from regiongate.cli.granting import read_located, replace_option, said_until, until_options
from regiongate.cli.options import NUMBER
from regiongate.control.appeal import decide
from regiongate.control.appeal.decide import Ruling, grant_corrections, grant_exemption
from regiongate.control.appeal.sent import asked_for


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
@desk_options
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
    change: DeskChange,
) -> None:
    """Grant APPEAL: as an exemption, or as corrections.

    An exemption moves its case to exempt; corrections release it. The organization is told.
    """
    if sum((exempt, bool(located), geofeed is not None)) != 1:
        raise click.UsageError("Say what it becomes, one of --exempt, --correct and --geofeed.")
    ruling = Ruling(person, reason, said_until(until, no_end))
    places = read_located(located)
    with sitting(change) as sat:
        if geofeed is not None:
            places = asked_for(sat.connection, name, geofeed)
        found = (
            grant_exemption(sat, name, ruling)
            if exempt
            else grant_corrections(sat, name, ruling, places, replaces=replaces)
        )
    print_decided(found, as_json=change.as_json, kept=change.kept)


@click.command()
@click.argument("name", metavar="APPEAL")
@click.option("--reason", required=True, help="Why, in a line; the organization reads it.")
@as_option
@desk_options
def deny(name: str, reason: str, person: str, change: DeskChange) -> None:
    """Deny APPEAL, with the reason.

    It can be reopened once within 30 days; another approver then decides.
    """
    with sitting(change) as sat:
        found = decide.deny(sat, name, Ruling(person, reason))
    print_decided(found, as_json=change.as_json, kept=change.kept)
