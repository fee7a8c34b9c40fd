"""A simulation on a terminal."""

from __future__ import annotations

import click

from regiongate.cli import output
from regiongate.survey.simulation import Change, OrganizationChange, Simulation


def print_simulation(found: Simulation, top: int) -> None:
    """Print what changes: in a sentence, by verdict, by cause, and for whom; `top` rows each."""
    after = found.after
    click.echo(
        f"Simulation: {after.policy} {after.version}, list {after.list}, judged at "
        f"{output.utc(after.at)} ({after.because})."
    )
    output.print_table(
        ("now", "then", "requests", "organizations"),
        [(one.before, one.after, one.requests, one.organizations) for one in found.moves],
    )
    if found.causes:
        output.print_table(
            ("region", "verdict", "rule", "requests", "organizations"),
            [
                (
                    _change(one.region_before, one.region_after),
                    _change(one.before, one.after),
                    _change(one.rule_before, one.rule_after),
                    one.requests,
                    one.organizations,
                )
                for one in found.causes[:top]
            ],
        )
        output.print_table(
            ("organization", "change", "affected now", "affected then", "requests changed"),
            [_organization(one) for one in found.changed[:top]],
        )
    click.echo(
        f"{found.count(Change.BECOMES_AFFECTED)} organizations become affected, "
        f"{found.count(Change.RELEASED)} would be released, {found.count(Change.CHANGED)} stay "
        f"affected in another way, {found.unchanged} of {found.organizations} are unchanged; "
        f"{found.requests_changed} of {found.requests} requests change."
    )


def _change(before: str | None, after: str | None) -> str:
    return f"{before or '-'}" if before == after else f"{before or '-'} > {after or '-'}"


def _organization(one: OrganizationChange) -> tuple[object, ...]:
    # An id may hold what steers a terminal; as a literal it cannot.
    name = one.id if one.id.isprintable() else ascii(one.id)
    return name, one.change, one.affected_before, one.affected_after, one.changed
