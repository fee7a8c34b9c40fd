"""The options with which something is granted for a time, and how it is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar

import click

from regiongate.cli.options import Instant
from regiongate.control.correct import Located
from regiongate.control.network_of import network_of, region_of
from regiongate.domain.errors import CannotRun
from regiongate.domain.exemption import Correction, Exemption

F = TypeVar("F", bound=Callable[..., Any])

EXEMPTION_HEADINGS = ("id", "for", "subject", "until", "by", "reason", "ended", "appeal")
CORRECTION_HEADINGS = ("id", "network", "region", "until", "by", "reason", "ended", "appeal")


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


def exemption_record(one: Exemption) -> dict[str, Any]:
    """An exemption as JSON has it."""
    return {
        "id": one.id,
        "scope": one.scope.value,
        "subject": one.subject,
        "holder": one.holder,
        **_terms(one),
    }


def correction_record(one: Correction) -> dict[str, Any]:
    """A correction as JSON has it."""
    return {"id": one.id, "network": str(one.network), "region": one.region, **_terms(one)}


def exemption_row(one: Exemption) -> tuple[object, ...]:
    """An exemption under EXEMPTION_HEADINGS."""
    return (one.id, one.scope, one.subject, *_cells(one))


def correction_row(one: Correction) -> tuple[object, ...]:
    """A correction under CORRECTION_HEADINGS."""
    return (one.id, one.network, one.region, *_cells(one))


def _terms(one: Exemption | Correction) -> dict[str, Any]:
    return {
        "reason": one.reason,
        "approver": one.approver,
        "granted": one.granted,
        "expires": one.expires,
        "ended": one.ended,
        "ended_by": one.ended_by,
        "ended_reason": one.ended_reason,
        "appeal": one.appeal,
    }


def _cells(one: Exemption | Correction) -> tuple[object, ...]:
    until = "no end" if one.expires is None else one.expires
    return (until, one.approver, one.reason, one.ended, one.appeal)
