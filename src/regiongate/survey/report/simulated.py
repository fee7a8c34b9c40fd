"""The section of the page that compares two policies over the same traffic."""

from __future__ import annotations

from regiongate.domain.survey import Judging
from regiongate.survey.report import words
from regiongate.survey.report.figures import MOST_ROWS
from regiongate.survey.report.markup import Content, Table, lines, outside, prose, section
from regiongate.survey.simulation import Cause, Change, Move, Simulation

_SHOWN = 30


def simulated(found: Simulation) -> str:
    """What changes, for whom, and why."""
    return section(
        "simulation",
        "Simulation: what another policy would change",
        prose("Now: ", _side(found.before)).html,
        prose("Then: ", _side(found.after)).html,
        prose(_summary(found)).html,
        _verdicts(found),
        _causes(found),
        _organizations(found),
    )


def _side(side: Judging) -> str:
    return (
        f"{side.policy} {side.version}, list {side.list}, judged as on "
        f"{words.instant(side.at)} ({side.because})."
    )


def _summary(found: Simulation) -> str:
    def count(change: Change) -> str:
        return words.counted(found.count(change), "organization")

    return (
        f"{count(Change.BECOMES_RESTRICTED)} become restricted, {count(Change.RELEASED)} would be "
        f"released, {count(Change.CHANGED)} stay restricted in another way, {found.unchanged:,} of "
        f"{found.organizations:,} are unchanged. {found.requests_changed:,} of "
        f"{words.counted(found.requests, 'request')} "
        f"({words.percent(found.requests_changed, found.requests)}) get another verdict, in "
        f"{found.uses_changed:,} of {found.uses:,} uses of a key from a network."
    )


def _verdicts(found: Simulation) -> str:
    rows = [_move(move) for move in found.moves]
    heads = ("now", "then", "requests", "organizations")
    return Table("Requests by verdict, now and then", heads, rows, frozenset({2, 3})).html()


def _move(move: Move) -> tuple[Content, ...]:
    return move.before, move.after, move.requests, move.organizations


def _causes(found: Simulation) -> str:
    if not found.causes:
        return ""
    rows = [_cause(cause) for cause in found.causes[:MOST_ROWS]]
    left = f", {len(rows)} of {len(found.causes):,}" if len(rows) < len(found.causes) else ""
    heads = ("region", "verdict", "rule", "requests", "organizations")
    return Table(
        f"Changes by region and rule{left}", heads, rows, frozenset({3, 4}), wide=True
    ).html()


def _cause(cause: Cause) -> tuple[Content, ...]:
    before, after = words.region(cause.region_before), words.region(cause.region_after)
    return (
        _change(before, after),
        _change(cause.before, cause.after),
        _change(cause.rule_before, cause.rule_after),
        cause.requests,
        cause.organizations,
    )


def _change(before: str, after: str) -> Content:
    return before if before == after else lines([before, f"\N{RIGHTWARDS ARROW} {after}"])


def _organizations(found: Simulation) -> str:
    if not found.changed:
        return ""
    shown = found.changed[:_SHOWN]
    left = (
        f", {len(shown)} of {len(found.changed):,}; changes.csv has all"
        if len(shown) < len(found.changed)
        else ""
    )
    rows = [
        (outside(one.id), str(one.change), one.restricted_before, one.restricted_after, one.changed)
        for one in shown
    ]
    heads = ("organization", "change", "restricted now", "restricted then", "requests changed")
    return Table(
        f"Organizations that change{left}", heads, rows, frozenset({2, 3, 4}), wide=True
    ).html()
