"""`regiongate case`: what becomes of the organizations that were found."""

from __future__ import annotations

from pathlib import Path

import click

from regiongate.cli import output
from regiongate.cli.acting import as_option
from regiongate.cli.case_print import print_view, view_record
from regiongate.cli.change import Change, change_options
from regiongate.cli.gateway_options import state_option
from regiongate.cli.lazy import Lazy, LazyGroup
from regiongate.cli.options import NUMBER, json_option
from regiongate.cli.store_option import reading, store_option
from regiongate.control.cases import view as case_view
from regiongate.control.cases.note import note as keep_note
from regiongate.control.cases.view import Wanted
from regiongate.domain.case import Case, CaseState

LAZY = {
    "notice": Lazy(
        "regiongate.cli.case_notice:notice",
        "Compose, preview and send what organizations are to be told.",
    ),
    "notices": Lazy(
        "regiongate.cli.case_notices:notices",
        "List notices and what became of them.",
    ),
    "bounces": Lazy(
        "regiongate.cli.case_bounces:bounces",
        "Read bounces from a mailbox, a file or a folder.",
    ),
    "exempt": Lazy(
        "regiongate.cli.case_exempt:exempt",
        "Exempt an organization, a key or a network, or end that.",
    ),
    "correct": Lazy(
        "regiongate.cli.case_correct:correct",
        "Say where networks really are, against every source, or end that.",
    ),
    "propose": Lazy(
        "regiongate.cli.case_suspend:propose",
        "Propose to suspend the account of case NUMBER, and tell its organization.",
    ),
    "withdraw": Lazy(
        "regiongate.cli.case_suspend:withdraw",
        "Withdraw the proposal that case NUMBER stands at, approved or not.",
    ),
    "approve": Lazy(
        "regiongate.cli.case_suspend:approve",
        "Approve what somebody else proposed in case NUMBER; it is then to be carried out.",
    ),
    "suspend": Lazy(
        "regiongate.cli.case_suspend:suspend",
        "Suspend the account of case NUMBER as was approved, and tell its organization.",
    ),
    "release": Lazy(
        "regiongate.cli.case_release:release",
        "Release the organization of case NUMBER after a review, and tell it.",
    ),
}
"""The commands that need more than the others do, and where they are."""

_HEADINGS = (
    *("case", "organization", "state", "since", "requests", "unsupported", "last seen"),
    *("appeal", "look at"),
)


@click.group(cls=LazyGroup, lazy=LAZY)
def case() -> None:
    """List, show and decide cases: one for each organization that is affected."""


@case.command("list")
@click.option(
    "--in",
    "states",
    multiple=True,
    type=click.Choice([state.value for state in CaseState]),
    help="Only cases that are this; may be given more than once.",
)
@click.option("--organization", metavar="ID", help="Only the cases of this organization.")
@click.option("--loud", is_flag=True, help="Only cases that a person must look at.")
@click.option("--all", "everyone", is_flag=True, help="Released cases too.")
@state_option
@store_option
@json_option
def list_(
    states: tuple[str, ...],
    organization: str | None,
    loud: bool,
    everyone: bool,
    state_dir: Path,
    store_url: str | None,
    as_json: bool,
) -> None:
    """List cases: those that are open, unless --in or --all says otherwise."""
    wanted = Wanted(tuple(map(CaseState, states)), organization, loud=loud, everyone=everyone)
    with reading(store_url, state_dir) as connection:
        found = case_view.select(connection, wanted)
    if as_json:
        output.print_json(found)
        return
    output.print_table(_HEADINGS, map(_row, found))
    click.echo(f"{len(found)} case{'' if len(found) == 1 else 's'}.", err=True)


@case.command()
@click.argument("number", type=NUMBER)
@state_option
@store_option
@json_option
def show(number: int, state_dir: Path, store_url: str | None, as_json: bool) -> None:
    """Show case NUMBER: its steps, notes and notices, with reasons and names."""
    with reading(store_url, state_dir) as connection:
        found = case_view.view(connection, number)
    if as_json:
        output.print_json(view_record(found))
    else:
        print_view(found)


@case.command()
@click.argument("number", type=NUMBER)
@click.argument("text")
@click.option("--quiet", is_flag=True, help="Nobody needs to look at the case any more.")
@as_option
@change_options
def note(number: int, text: str, quiet: bool, person: str, change: Change) -> None:
    """Keep a note TEXT with case NUMBER."""
    with change.transaction() as connection:
        keep_note(connection, number, person, text, change.at, quiet=quiet)
    if change.as_json:
        output.print_json({"case": number, "kept": change.kept})
    else:
        click.echo(f"The note is {'' if change.kept else 'not '}kept with case {number}.")


def _row(one: Case) -> tuple[object, ...]:
    share = f"{one.unsupported} ({one.unsupported / one.requests:.0%})" if one.requests else "0"
    last = None if one.last is None else f"{one.last:%Y-%m-%d}"
    return (
        *(one.number, one.organization, one.state, one.since, one.requests, share, last),
        *(one.appeal, one.loud),
    )
