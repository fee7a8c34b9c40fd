"""`regiongate case propose|withdraw|approve|suspend`: two people suspend an account."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click
import sqlalchemy as sa

from regiongate.cli import output
from regiongate.cli.acting import as_option
from regiongate.cli.desk_option import open_desk, policy_option, read_policy
from regiongate.cli.evidence_print import lacking_json, moved_json, print_lacking, print_moved
from regiongate.cli.gateway_options import state_option
from regiongate.cli.mail_options import sender_options
from regiongate.cli.options import NUMBER, at_option, dry_run_option, json_option, sources_option
from regiongate.cli.store_option import open_store, store_option
from regiongate.compiler.sources import tables
from regiongate.control.rehearsal import transactions
from regiongate.control.suspend import approve as approving
from regiongate.control.suspend import propose as proposing
from regiongate.control.suspend import suspend as suspending
from regiongate.control.suspend import withdraw as withdrawing
from regiongate.control.suspend.propose import Moved
from regiongate.domain.suspension import NotYet
from regiongate.geo.store.catalogue import Catalogue

F = TypeVar("F", bound=Callable[..., Any])

NOT_READY = 1
"""The exit code where a condition is missing."""

_REASON = "Why, in a sentence; it stands in the audit trail."


def _options(command: F) -> F:
    """What the four commands share, in this order."""
    for option in (dry_run_option, json_option, store_option, state_option, at_option, as_option):
        command = option(command)
    return click.argument("number", type=NUMBER)(command)


def _judged(command: F) -> F:
    """What those need that look at the evidence: a policy."""
    return policy_option(sources_option(command))


@click.command()
@click.option("--reason", required=True, help=_REASON)
@_options
@_judged
@sender_options
def propose(
    number: int,
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
    """Propose to suspend the account of case NUMBER, and tell its organization.

    Every condition that is missing is named: with --dry-run too, which changes nothing.
    """
    policy = read_policy(policy_path, state_dir, catalogue)
    desk = open_desk(policy, mail, state_dir)
    with _deciding(number, state_dir, store_url, as_json, dry_run) as connection:
        found = proposing.propose(
            connection,
            number,
            policy,
            tables(policy, catalogue),
            desk,
            person=person,
            reason=reason,
            at=at,
        )
    _told(found, f"its suspension {_is(dry_run)} proposed", as_json, dry_run)
    if not as_json:
        click.echo(f"To be approved by somebody else; not before {output.utc(found.earliest)}.")


@click.command()
@click.option("--reason", required=True, help=_REASON)
@_options
def withdraw(
    number: int,
    reason: str,
    person: str,
    at: datetime,
    state_dir: Path,
    store_url: str | None,
    as_json: bool,
    dry_run: bool,
) -> None:
    """Withdraw the proposal that case NUMBER stands at, approved or not."""
    with _deciding(number, state_dir, store_url, as_json, dry_run) as connection:
        case = withdrawing.withdraw(connection, number, person=person, reason=reason, at=at)
    if as_json:
        output.print_json({"case": case, "kept": not dry_run})
    else:
        click.echo(f"Case {number}: the proposal {_is(dry_run)} withdrawn.")


@click.command()
@_options
@_judged
def approve(
    number: int,
    person: str,
    policy_path: Path | None,
    at: datetime,
    catalogue: Catalogue,
    state_dir: Path,
    store_url: str | None,
    as_json: bool,
    dry_run: bool,
) -> None:
    """Approve what somebody else proposed in case NUMBER; it is then to be carried out."""
    policy = read_policy(policy_path, state_dir, catalogue)
    with _deciding(number, state_dir, store_url, as_json, dry_run) as connection:
        found = approving.approve(
            connection, number, policy, tables(policy, catalogue), person=person, at=at
        )
    _told(found, f"its suspension {_is(dry_run)} approved", as_json, dry_run)
    if not as_json:
        click.echo(f"To be carried out with: regiongate case suspend {number}.")


@click.command()
@_options
@_judged
@sender_options
def suspend(
    number: int,
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
    """Suspend the account of case NUMBER as was approved, and tell its organization."""
    policy = read_policy(policy_path, state_dir, catalogue)
    desk = open_desk(policy, mail, state_dir)
    with _deciding(number, state_dir, store_url, as_json, dry_run) as connection:
        found = suspending.suspend(
            connection, number, policy, tables(policy, catalogue), desk, person=person, at=at
        )
    _told(found, f"it {_is(dry_run)} suspended", as_json, dry_run)


@contextmanager
def _deciding(
    number: int, state_dir: Path, store_url: str | None, as_json: bool, dry_run: bool
) -> Iterator[sa.Connection]:
    """A transaction for one decision; where a condition is missing, that is told instead."""
    try:
        with (
            closing(open_store(store_url, state_dir)) as database,
            transactions(database, rehearsed=dry_run) as transaction,
            transaction() as connection,
        ):
            yield connection
    except NotYet as found:
        if as_json:
            output.print_json(lacking_json(number, found))
        else:
            print_lacking(number, found)
        click.get_current_context().exit(NOT_READY)


def _is(dry_run: bool) -> str:
    return "would be" if dry_run else "is"


def _told(found: Moved, what: str, as_json: bool, dry_run: bool) -> None:
    if as_json:
        output.print_json(moved_json(found, kept=not dry_run))
        return
    click.echo(f"Case {found.case.number} of {found.case.organization}: {what}.")
    print_moved(found)
