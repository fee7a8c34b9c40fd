"""One case on a terminal."""

from __future__ import annotations

import click

from regiongate.cli import output
from regiongate.control.case_view import View
from regiongate.domain.case import Case

_STEPS = ("at", "step", "now", "by", "reason")
_NOTICES = ("composed", "event", "language", "state", "attempts", "accepted", "answer", "id")


def print_view(found: View) -> None:
    """Print a case: where it stands, how it came there, and what its organization was told."""
    case = found.case
    click.echo(f"case {case.number} of {case.organization}: {case.state} since {_at(case)}")
    if case.loud is not None:
        click.echo(f"LOOK AT IT: {case.loud}")
    if case.appeal is not None:
        click.echo(f"under appeal: {case.appeal}, see regiongate appeal show {case.appeal}")
    click.echo(_traffic(case))
    click.echo()
    rows = ((one.at, one.step, one.after, one.actor, one.reason) for one in found.steps)
    output.print_table(_STEPS, rows)
    if found.notices:
        click.echo()
        output.print_table(
            _NOTICES,
            (
                (
                    *(one.composed_at, one.event, one.language, one.state, one.attempts),
                    *(one.accepted_at, one.reply, one.id),
                )
                for one in found.notices
            ),
        )
    for note in found.notes:
        click.echo(f"\n{output.utc(note.at)} {note.actor}: {note.text}")


def _at(case: Case) -> str:
    return output.utc(case.since)


def _traffic(case: Case) -> str:
    if case.first is None or case.last is None:
        return f"{case.requests} requests, none of them from unsupported regions now"
    span = f"{output.utc(case.first)} to {output.utc(case.last)}"
    return f"{case.unsupported} of {case.requests} requests from unsupported regions, {span}"
