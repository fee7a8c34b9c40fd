"""One case on a terminal, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from regiongate.cli import output
from regiongate.cli.appeal_print import appeal_record
from regiongate.cli.exemption_print import EXEMPTION_HEADINGS, exemption_record, exemption_row
from regiongate.cli.notice_record import record
from regiongate.control.cases.view import View
from regiongate.domain.case import Case
from regiongate.store.suspensions import Proposal

_STEPS = ("at", "step", "now", "by", "reason")
_NOTICES = ("composed", "event", "occasion", "language", "state", "attempts", "answer", "id")
_APPEALS = ("appeal", "state", "opened", "due", "decided by", "reason")
_PROPOSALS = ("proposed", "by", "approved by", "rests on", "reason")


def print_view(found: View) -> None:
    """Print a case: where it stands, how it came there, and what its organization was told."""
    case = found.case
    click.echo(
        f"case {case.number} of {case.organization}: {case.state} since {output.utc(case.since)}"
    )
    if case.loud is not None:
        click.echo(f"LOOK AT IT: {case.loud}")
    if case.appeal is not None:
        click.echo(f"under appeal: {case.appeal}, see regiongate appeal show {case.appeal}")
    click.echo(_traffic(case))
    steps = [(one.at, one.step, one.after, one.actor, one.reason) for one in found.steps]
    _section("steps", _STEPS, steps)
    notices = [
        (
            *(one.composed_at, one.event, one.occasion, one.language, one.state, one.attempts),
            *(one.reply, one.id),
        )
        for one in found.notices
    ]
    _section("notices", _NOTICES, notices)
    appeals = [
        (one.id, one.state, one.opened, one.due, one.decided_by, one.reason)
        for one in found.appeals
    ]
    _section("appeals", _APPEALS, appeals)
    _section("proposals of suspension", _PROPOSALS, [_proposal(one) for one in found.proposals])
    _section("exemptions", EXEMPTION_HEADINGS, [exemption_row(one) for one in found.exemptions])
    for note in found.notes:
        click.echo(f"\n{output.utc(note.at)} {note.actor}:")
        for line in note.text.split("\n"):
            click.echo(f"    {line}")


def view_record(found: View) -> dict[str, Any]:
    """A case and what belongs to it as JSON has it; a notice without its mail address."""
    return {
        "case": found.case,
        "steps": found.steps,
        "notes": found.notes,
        "notices": [record(one, None, whole=False) for one in found.notices],
        "appeals": [appeal_record(one) for one in found.appeals],
        "proposals": found.proposals,
        "exemptions": [exemption_record(one) for one in found.exemptions],
    }


def _section(title: str, headings: tuple[str, ...], rows: Sequence[Sequence[object]]) -> None:
    if rows:
        click.echo(f"\n{title}")
        output.print_table(headings, rows)


def _proposal(one: Proposal) -> tuple[object, ...]:
    approved = None if one.approval is None else one.approval.by
    return (one.at, one.by, approved, ", ".join(e.kind for e in one.evidence), one.reason)


def _traffic(case: Case) -> str:
    if case.first is None or case.last is None:
        return f"{case.requests} requests, none of them from unsupported regions now"
    span = f"{output.utc(case.first)} to {output.utc(case.last)}"
    return f"{case.unsupported} of {case.requests} requests from unsupported regions, {span}"
