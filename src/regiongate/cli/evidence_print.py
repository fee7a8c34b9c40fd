"""What speaks for a suspension, and what is missing for it, on a terminal and as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import click

from regiongate.cli.evidence_words import line, percent
from regiongate.control.suspend.gather import Gathered
from regiongate.control.suspend.propose import Moved
from regiongate.domain.evidence import Evidence
from regiongate.domain.ownership import Ownership
from regiongate.domain.suspension import NotYet


def print_moved(found: Moved) -> None:
    """What a case rests on after a decision."""
    for one in found.proposal.evidence:
        click.echo(line(one))
    gathered = found.gathered
    if gathered.brief:
        kinds = ", ".join(one.kind for one in gathered.brief)
        click.echo(f"too short a time to count: {kinds}")
    for problem in gathered.problems:
        click.echo(f"no word on owners: {problem}")
    if gathered.ownership is not None and gathered.ownership.unknown < 1:
        _print_owners(gathered.ownership)


def print_lacking(number: int, found: NotYet) -> None:
    """Every condition that is missing, with its remedy."""
    click.echo(f"Case {number} is not ready:", err=True)
    for one in found.lacking:
        click.echo(f"  {one}", err=True)


def moved_json(found: Moved, *, kept: bool) -> dict[str, Any]:
    """A decision as JSON."""
    return {
        "case": found.case,
        "kept": kept,
        "earliest": found.earliest,
        "proposal": {
            "step": found.proposal.step,
            "by": found.proposal.by,
            "at": found.proposal.at,
            "reason": found.proposal.reason,
            "notice": found.proposal.notice,
            "evidence": _evidence_json(found.proposal.evidence),
            "approval": found.proposal.approval,
        },
        "gathered": _gathered_json(found.gathered),
    }


def lacking_json(number: int, found: NotYet) -> dict[str, Any]:
    """What is missing as JSON."""
    return {"case": number, "kept": False, "lacking": found.lacking}


def _gathered_json(found: Gathered) -> dict[str, Any]:
    return {
        "evidence": _evidence_json(found.evidence),
        "brief": _evidence_json(found.brief),
        "ownership": None if found.ownership is None else _ownership_json(found.ownership),
        "problems": found.problems,
    }


def _evidence_json(found: Iterable[Evidence]) -> list[dict[str, Any]]:
    return [
        {
            "kind": one.kind,
            "family": one.family,
            "weight": one.weight,
            "first": one.first,
            "last": one.last,
            "detail": dict(one.detail),
        }
        for one in found
    ]


def _ownership_json(found: Ownership) -> dict[str, Any]:
    """Shares as fractions, which are exact."""
    return {
        "unsupported": str(found.unsupported),
        "supported": str(found.supported),
        "unknown": str(found.unknown),
        "chains": [{"ids": one.ids, "share": str(one.share)} for one in found.chains],
    }


def _print_owners(found: Ownership) -> None:
    click.echo(
        f"owned from unsupported regions: {percent(found.unsupported)}, from supported ones: "
        f"{percent(found.supported)}, nobody knows: {percent(found.unknown)}"
    )
    for chain in found.chains:
        click.echo(f"  {percent(chain.share):>8}  {' ← '.join(chain.ids)}")
    rest = found.unsupported - sum((one.share for one in found.chains), Fraction(0))
    if rest:
        click.echo(f"  {percent(rest):>8}  through circular holdings and smaller chains")
