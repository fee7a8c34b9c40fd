"""`regiongate audit fold`: keep nothing finer than a network for longer than the policy says."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from regiongate import policyfile
from regiongate.cli import output
from regiongate.cli.acting import as_option_if_any
from regiongate.cli.change import Change, as_change
from regiongate.cli.gateway_options import state_option
from regiongate.cli.options import FilePath, at_option, json_option
from regiongate.cli.store_option import store_option
from regiongate.control.acting import acting
from regiongate.control.fold import fold as fold_all
from regiongate.domain.errors import CannotRun
from regiongate.domain.role import SYSTEM, Act


@click.command()
@click.option("--policy", type=FilePath(), required=True, help="The policy; its cases.keep counts.")
@as_option_if_any
@at_option
@state_option
@store_option
@json_option
@click.option("--dry-run", is_flag=True, help="Say what would be folded, and change nothing.")
@as_change
def fold(policy: Path, person: str | None, change: Change) -> None:
    """Remove what is finer than a network and older than the policy keeps it.

    That is: contents of rejected lines, files of appeals, mail addresses given with appeals.
    """
    rules = policyfile.load(policy).cases
    if rules is None:
        raise CannotRun(f"{policy} has no section cases: nothing says how long things are kept")
    with change.transaction() as connection:
        actor = SYSTEM if person is None else acting(connection, person, Act.FOLD).name
        found = fold_all(connection, rules, actor=actor, at=change.at)
    if change.as_json:
        output.print_json({**asdict(found), "folded": change.kept})
        return
    output.print_table(
        ("what", "gone" if change.kept else "would go"),
        ((kind.replace("_", " "), count) for kind, count in asdict(found).items()),
    )
