"""`regiongate appeal`: what organizations say against it, and what is answered."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from regiongate.cli.appeal_print import print_files, print_list, print_view
from regiongate.cli.gateway_options import state_option
from regiongate.cli.lazy import Lazy, LazyGroup
from regiongate.cli.options import FilePath, at_option, json_option
from regiongate.cli.store_option import reading, store_option
from regiongate.control.appeal.sent import content_of, view
from regiongate.domain.appeal import AppealState
from regiongate.domain.errors import CannotRun
from regiongate.store.appeals import APPEAL, Appeals

LAZY = {
    "open": Lazy(
        "regiongate.cli.appeal_open:open_",
        "Record an appeal of case NUMBER that came by mail.",
    ),
    "grant": Lazy(
        "regiongate.cli.appeal_decide:grant",
        "Grant APPEAL: as an exemption, or as corrections.",
    ),
    "deny": Lazy(
        "regiongate.cli.appeal_decide:deny",
        "Deny APPEAL, with the reason.",
    ),
    "reopen": Lazy(
        "regiongate.cli.appeal_open:reopen",
        "Reopen the denied APPEAL, once, for who wrote by mail.",
    ),
}
"""The commands that write to organizations, and need more for it."""


@click.group(cls=LazyGroup, lazy=LAZY)
def appeal() -> None:
    """Open, list, show and decide appeals."""


@appeal.command("list")
@click.option("--all", "everyone", is_flag=True, help="Decided appeals too.")
@click.option("--overdue", is_flag=True, help="Only those that should have been answered.")
@at_option
@state_option
@store_option
@json_option
def list_(
    everyone: bool,
    overdue: bool,
    at: datetime,
    state_dir: Path,
    store_url: str | None,
    as_json: bool,
) -> None:
    """List the open appeals, the oldest first."""
    if everyone and overdue:
        raise click.UsageError("Only open appeals are overdue: leave --all out.")
    conditions = () if everyone else (APPEAL.c.state == AppealState.OPEN.value,)
    with reading(store_url, state_dir) as connection:
        known = Appeals(connection)
        found = known.overdue(at) if overdue else list(known.where(*conditions))
    print_list(found, as_json)


@appeal.command()
@click.argument("name", metavar="APPEAL")
@state_option
@store_option
@json_option
def show(name: str, state_dir: Path, store_url: str | None, as_json: bool) -> None:
    """Show APPEAL: what it says, where it stands, how it was decided."""
    with reading(store_url, state_dir) as connection:
        found = view(connection, name)
    print_view(found, as_json)


@appeal.command()
@click.argument("name", metavar="APPEAL")
@click.option("--out", type=FilePath(), help="Write the files into this folder.")
@state_option
@store_option
@json_option
def files(
    name: str, out: Path | None, state_dir: Path, store_url: str | None, as_json: bool
) -> None:
    """List the files that came with APPEAL, or write them into a folder."""
    with reading(store_url, state_dir) as connection:
        found = view(connection, name)
        if out is not None:
            for one in found.files:
                _write(out / f"{one.number}-{one.name}", content_of(connection, name, one))
    print_files(found.files, as_json)


def _write(path: Path, content: bytes) -> None:
    """A stranger's file: for nobody but its reader, never executable, in no other's place."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("xb") as file:
            path.chmod(0o600)
            file.write(content)
    except OSError as error:
        raise CannotRun(f"cannot write {path}: {error.strerror}") from None
