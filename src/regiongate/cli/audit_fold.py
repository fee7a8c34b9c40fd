"""`regiongate audit fold`: keep nothing finer than a network for longer than the policy says."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from regiongate import policyfile
from regiongate.cli import output
from regiongate.cli.acting import as_option_if_any
from regiongate.cli.gateway_options import state_option
from regiongate.cli.options import FilePath, at_option, json_option
from regiongate.cli.store_option import open_store, store_option
from regiongate.control.acting import acting
from regiongate.control.fold import fold as fold_all
from regiongate.control.rehearsal import transactions
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
def fold(
    policy: Path,
    person: str | None,
    at: datetime,
    state_dir: Path,
    store_url: str | None,
    as_json: bool,
    dry_run: bool,
) -> None:
    """Remove what is finer than a network and older than the policy keeps it.

    That is: contents of rejected lines, files of appeals, mail addresses given with appeals.
    """
    rules = policyfile.load(policy).cases
    if rules is None:
        raise CannotRun(f"{policy} has no section cases: nothing says how long things are kept")
    with (
        closing(open_store(store_url, state_dir)) as database,
        transactions(database, rehearsed=dry_run) as transaction,
        transaction() as connection,
    ):
        actor = SYSTEM if person is None else acting(connection, person, Act.FOLD).name
        found = fold_all(connection, rules, actor=actor, at=at)
    if as_json:
        output.print_json({**asdict(found), "folded": not dry_run})
        return
    output.print_table(
        ("what", "would go" if dry_run else "gone"),
        ((kind.replace("_", " "), count) for kind, count in asdict(found).items()),
    )
