"""The options with which something is granted for a time, ended, or listed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import click

from regiongate.cli.acting import as_option_if_any
from regiongate.cli.options import Instant
from regiongate.cli.together import gathered, together
from regiongate.control.grant.correct import Located
from regiongate.control.grant.network_of import network_of, region_of
from regiongate.control.grant.terms import Terms
from regiongate.domain.errors import CannotRun

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Granting:
    """What a command was told: to grant on which terms, to end the grant `ended`, or to list."""

    ended: str | None
    listed: bool
    everyone: bool
    reason: str | None
    until: datetime | None
    no_end: bool
    replaces: bool
    person: str | None

    @property
    def lists(self) -> bool:
        """Whether nothing is to be changed."""
        return self.listed or self.everyone

    def signed(self) -> tuple[str, str]:
        """Why, and who acts. Raises UsageError where one of them is not said."""
        if self.reason is None or self.person is None:
            raise click.UsageError("Say why with --reason, and who you are with --as.")
        return self.reason, self.person

    def terms(self) -> Terms:
        """The terms of a grant. Raises UsageError where they are not all said."""
        reason, person = self.signed()
        return Terms(reason, person, said_until(self.until, self.no_end), replaces=self.replaces)


def granting_options(what: str) -> Callable[[F], F]:
    """The options of a command that grants, ends and lists, say, an exemption: `granting`."""
    return together(
        click.option("--withdraw", "ended", metavar=what.upper(), help=f"End this {what} now."),
        click.option("--list", "listed", is_flag=True, help=f"List the {what}s that are in force."),
        click.option("--all", "everyone", is_flag=True, help="List those that have ended, too."),
        click.option(
            "--reason", metavar="TEXT", help="Why, in a line; it stands in the audit trail."
        ),
        until_options,
        replace_option,
        as_option_if_any,
        gathered(Granting, "granting"),
    )


def until_options(command: F) -> F:
    """`--until` and `--no-end`: one of the two is said."""
    end = click.option("--no-end", is_flag=True, help="It has no end.")
    until = click.option(
        "--until", type=Instant(), metavar="INSTANT", help="When it ends, as 2027-01-01."
    )
    return until(end(command))


def replace_option(command: F) -> F:
    """`--replace`: what is in force for the same thing ends."""
    text = "Take the place of one that is in force for the same."
    return click.option("--replace", "replaces", is_flag=True, help=text)(command)


def said_until(until: datetime | None, no_end: bool) -> datetime | None:
    """The end; None where it was said that there is none. Nothing lasts by an oversight."""
    if (until is None) is not no_end:
        raise click.UsageError("Say when it ends with --until, or --no-end.")
    return until


def read_located(said: Iterable[str]) -> list[Located]:
    """Where networks are, each written as NETWORK=REGION.

    Raises CannotRun with everything that is wrong with them.
    """
    found, wrong = [], []
    for text in said:
        network, equals, region = text.partition("=")
        if not equals:
            wrong.append(f"{text!r} says no region: write it as 198.51.100.0/24=FR")
            continue
        parts = [_read(network_of, network, wrong), _read(region_of, region, wrong)]
        if not wrong:
            found.append(Located(*parts))
    if wrong:
        raise CannotRun("\n".join(wrong))
    return found


def _read(reader: Callable[[str], Any], text: str, wrong: list[str]) -> Any:
    try:
        return reader(text)
    except CannotRun as error:
        wrong.append(str(error))
