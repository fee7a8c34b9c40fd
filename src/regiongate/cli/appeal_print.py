"""Appeals on a terminal, and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import click

from regiongate.cli import output
from regiongate.cli.exemption_print import correction_record, exemption_record
from regiongate.control.appeal.decide import Decided
from regiongate.control.appeal.open import Opened
from regiongate.control.appeal.sent import View
from regiongate.domain.appeal import Appeal, KeptFile

_LIST = ("id", "case", "organization", "state", "opened", "due", "by", "reopens")
_FILES = ("number", "name", "kind", "bytes", "SHA-256", "removed")


def appeal_record(one: Appeal) -> dict[str, Any]:
    """An appeal as JSON has it; its text, mail address and network are for `show`."""
    return {
        "id": one.id,
        "case": one.case,
        "organization": one.organization,
        "state": one.state.value,
        "opened": one.opened,
        "opened_by": one.opened_by,
        "due": one.due,
        "reopened_of": one.reopened_of,
        "reopens_until": one.reopens_until(),
        "outcome": one.outcome,
        "decided": one.decided,
        "decided_by": one.decided_by,
        "reason": one.reason,
        "exemption": one.exemption,
        "correction": one.correction,
    }


def print_list(found: Sequence[Appeal], as_json: bool) -> None:
    """Print appeals, one a line."""
    if as_json:
        output.print_json([appeal_record(one) for one in found])
        return
    output.print_table(
        _LIST,
        (
            (
                *(one.id, one.case, one.organization, one.state, one.opened, one.due),
                *(one.opened_by, one.reopened_of),
            )
            for one in found
        ),
    )
    click.echo(f"{len(found)} appeal{'' if len(found) == 1 else 's'}.", err=True)


def print_view(found: View, as_json: bool) -> None:
    """Print one appeal with everything that was said."""
    one = found.appeal
    if as_json:
        said = {"text": one.text, "mail": one.mail, "network": one.network}
        facts = {**appeal_record(one), **said, "files": found.files}
        output.print_json({**facts, "case_state": None if found.case is None else found.case.state})
        return
    click.echo(f"appeal {one.id} of {one.organization}, case {one.case}: {one.state}")
    if found.case is not None:
        click.echo(f"the case is {found.case.state}")
    where = "" if one.network is None else f" from {one.network}"
    click.echo(f"opened {output.utc(one.opened)} by {one.opened_by}{where}")
    click.echo(f"to be answered by {output.utc(one.due)}; answer to {one.mail or 'the contacts'}")
    if one.reopened_of is not None:
        click.echo(f"reopens {one.reopened_of}")
    if one.decided is not None:
        when = output.utc(one.decided)
        click.echo(f"decided {when} by {one.decided_by} ({one.outcome}): {one.reason}")
    click.echo()
    for line in one.text.split("\n"):
        click.echo(f"  {line}".rstrip())
    if found.files:
        click.echo()
        print_files(found.files, as_json=False)


def print_files(files: Iterable[KeptFile], as_json: bool) -> None:
    """Print what is known of files."""
    if as_json:
        output.print_json([*files])
        return
    rows = ((one.number, one.name, one.kind, one.size, one.digest, one.removed) for one in files)
    output.print_table(_FILES, rows)


def print_opened(found: Opened, *, as_json: bool, kept: bool) -> None:
    """Print what opening has done."""
    one = found.appeal
    if as_json:
        facts = {"appeal": appeal_record(one), "case": found.case, "new": found.new}
        output.print_json({**facts, "kept": kept})
    elif not found.new:
        click.echo(f"Case {one.case} is under appeal already: {one.id}. Nothing was changed.")
    else:
        would, name = ("is", f"appeal {one.id}") if kept else ("would be", "an appeal")
        click.echo(f"Case {one.case} of {one.organization} {would} under appeal: {name}.")
        click.echo(f"It {would} to be answered by {output.utc(one.due)}.")


def print_decided(found: Decided, *, as_json: bool, kept: bool) -> None:
    """Print what a decision has done."""
    one = found.appeal
    if as_json:
        exemption = None if found.exemption is None else exemption_record(found.exemption)
        corrections = [correction_record(each) for each in found.corrections]
        became = {"exemption": exemption, "corrections": corrections}
        output.print_json(
            {"appeal": appeal_record(one), "case": found.case, **became, "kept": kept}
        )
        return
    would = "is" if kept else "would be"
    click.echo(f"The appeal {one.id} of {one.organization} {would} {one.state}.")
    for each in found.corrections:
        click.echo(f"{each.network} {would} in {each.region}.")
    click.echo(f"Case {found.case.number} {would} {found.case.state}.")
