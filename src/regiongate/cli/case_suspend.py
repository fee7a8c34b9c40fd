"""`regiongate case propose|withdraw|approve|suspend`: two people suspend an account."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click
import sqlalchemy as sa

from regiongate.cli import output
from regiongate.cli.acting import as_option
from regiongate.cli.change import Change, as_change
from regiongate.cli.desk_option import DeskChange, as_desk_change, policy_option
from regiongate.cli.evidence_print import lacking_json, moved_json, print_lacking, print_moved
from regiongate.cli.gateway_options import state_option
from regiongate.cli.mail_options import sender_options
from regiongate.cli.options import NUMBER, at_option, dry_run_option, json_option, sources_option
from regiongate.cli.store_option import store_option
from regiongate.compiler.sources import tables
from regiongate.control.suspend import approve as approving
from regiongate.control.suspend import propose as proposing
from regiongate.control.suspend import suspend as suspending
from regiongate.control.suspend import withdraw as withdrawing
from regiongate.control.suspend.propose import Moved
from regiongate.domain.suspension import NotYet

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
@as_desk_change
def propose(number: int, reason: str, person: str, change: DeskChange) -> None:
    """Propose to suspend the account of case NUMBER, and tell its organization.

    Every condition that is missing is named: with --dry-run too, which changes nothing.
    """
    policy = change.policy()
    desk = change.desk(policy)
    with _deciding(number, change) as connection:
        found = proposing.propose(
            connection,
            number,
            policy,
            tables(policy, change.catalogue),
            desk,
            person=person,
            reason=reason,
            at=change.at,
        )
    _told(found, f"its suspension {change.is_} proposed", change)
    if not change.as_json:
        click.echo(f"To be approved by somebody else; not before {output.utc(found.earliest)}.")


@click.command()
@click.option("--reason", required=True, help=_REASON)
@_options
@as_change
def withdraw(number: int, reason: str, person: str, change: Change) -> None:
    """Withdraw the proposal that case NUMBER stands at, approved or not."""
    with _deciding(number, change) as connection:
        case = withdrawing.withdraw(connection, number, person=person, reason=reason, at=change.at)
    if change.as_json:
        output.print_json({"case": case, "kept": change.kept})
    else:
        click.echo(f"Case {number}: the proposal {change.is_} withdrawn.")


@click.command()
@_options
@_judged
@as_desk_change
def approve(number: int, person: str, change: DeskChange) -> None:
    """Approve what somebody else proposed in case NUMBER; it is then to be carried out."""
    policy = change.policy()
    with _deciding(number, change) as connection:
        found = approving.approve(
            connection,
            number,
            policy,
            tables(policy, change.catalogue),
            person=person,
            at=change.at,
        )
    _told(found, f"its suspension {change.is_} approved", change)
    if not change.as_json:
        click.echo(f"To be carried out with: regiongate case suspend {number}.")


@click.command()
@_options
@_judged
@sender_options
@as_desk_change
def suspend(number: int, person: str, change: DeskChange) -> None:
    """Suspend the account of case NUMBER as was approved, and tell its organization."""
    policy = change.policy()
    desk = change.desk(policy)
    with _deciding(number, change) as connection:
        found = suspending.suspend(
            connection,
            number,
            policy,
            tables(policy, change.catalogue),
            desk,
            person=person,
            at=change.at,
        )
    _told(found, f"it {change.is_} suspended", change)


@contextmanager
def _deciding(number: int, change: Change) -> Iterator[sa.Connection]:
    """A transaction for one decision; where a condition is missing, that is told instead."""
    try:
        with change.transaction() as connection:
            yield connection
    except NotYet as found:
        if change.as_json:
            output.print_json(lacking_json(number, found))
        else:
            print_lacking(number, found)
        click.get_current_context().exit(NOT_READY)


def _told(found: Moved, what: str, change: Change) -> None:
    if change.as_json:
        output.print_json(moved_json(found, kept=change.kept))
        return
    click.echo(f"Case {found.case.number} of {found.case.organization}: {what}.")
    print_moved(found)
