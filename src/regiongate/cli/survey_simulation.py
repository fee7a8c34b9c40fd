"""A simulation: the options that ask for it, and what it found on a terminal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from regiongate.cli import output
from regiongate.cli.options import FilePath, catalogue_in
from regiongate.cli.together import gathered, together
from regiongate.control.survey.simulate import Compared
from regiongate.geo.store.catalogue import Catalogue
from regiongate.survey.simulation import Change, OrganizationChange, Simulation

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class OtherSide:
    """What was said of the other side; what was not said of it is as on this side."""

    comparison: Path | None
    other_catalogue: Catalogue | None
    other_files: dict[str, Path]

    def compared(self, policy: Path, catalogue: Catalogue) -> Compared | None:
        """The other side beside this one; None when nothing of it was said."""
        if self.comparison is None and self.other_catalogue is None and not self.other_files:
            return None
        other = self.other_catalogue or catalogue
        return Compared(self.comparison or policy, other, self.other_files)


def comparison_options(command: F) -> F:
    """`--compare POLICY`, and a store of sources or files of the other side: `other`."""
    return together(
        click.option(
            "--compare", "comparison", type=FilePath(), help="Judge by this policy as well."
        ),
        click.option(
            "--compare-sources",
            "other_catalogue",
            type=FilePath(),
            callback=lambda _, __, folder: None if folder is None else catalogue_in(folder),
            help="The store of sources of the other side.  [default: the same]",
        ),
        click.option(
            "--compare-source",
            "other_files",
            multiple=True,
            metavar="NAME=FILE",
            callback=lambda _, __, said: dict(_named_file(text) for text in said),
            help="A file in the place of a source, on the other side; may be repeated.",
        ),
        gathered(OtherSide, "other"),
    )(command)


def _named_file(text: str) -> tuple[str, Path]:
    name, equals, file = text.partition("=")
    if not (name and equals and file):
        raise click.BadParameter(f"{text!r}: write NAME=FILE")
    return name, Path(file)


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
            ("organization", "change", "restricted now", "restricted then", "requests changed"),
            [_organization(one) for one in found.changed[:top]],
        )
    click.echo(
        f"{found.count(Change.BECOMES_RESTRICTED)} organizations become restricted, "
        f"{found.count(Change.RELEASED)} would be released, {found.count(Change.CHANGED)} stay "
        f"restricted in another way, {found.unchanged} of {found.organizations} are unchanged; "
        f"{found.requests_changed} of {found.requests} requests change."
    )


def _change(before: str | None, after: str | None) -> str:
    return f"{before or '-'}" if before == after else f"{before or '-'} > {after or '-'}"


def _organization(one: OrganizationChange) -> tuple[object, ...]:
    # An id may hold what steers a terminal; as a literal it cannot.
    name = one.id if one.id.isprintable() else ascii(one.id)
    return name, one.change, one.restricted_before, one.restricted_after, one.changed
