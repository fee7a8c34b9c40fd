"""`regiongate policy`: check, test, compare, show and begin policy files."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from regiongate import policyfile
from regiongate.cli import output
from regiongate.cli.options import FilePath, at_option, json_option, sources_option
from regiongate.compiler import sources
from regiongate.compiler.difference import address_changes
from regiongate.compiler.fact_sources import anonymizers
from regiongate.compiler.locate import place_finder
from regiongate.control.sources.ages import softened
from regiongate.domain.policy import Policy
from regiongate.geo.store.catalogue import Catalogue
from regiongate.policyfile import diff as policy_diff
from regiongate.policyfile import new as policy_new
from regiongate.policyfile import show as policy_show
from regiongate.policyfile import tests as policy_tests
from regiongate.policyfile.show import Date
from regiongate.policyfile.tests import Outcome, Result


@click.group()
def policy() -> None:
    """Check, test, compare, show and begin policy files."""


@policy.command()
@click.argument("file", type=FilePath())
@at_option
@sources_option
@json_option
@click.pass_context
def check(
    ctx: click.Context, file: Path, at: datetime, catalogue: Catalogue, as_json: bool
) -> None:
    """Name every mistake in a policy file.

    Each comes with its place and its remedy.
    """
    problems = policyfile.check(file, at, catalogue.named())
    output.print_problems(problems, as_json)
    if problems:
        ctx.exit(1)
    if not as_json:
        click.echo(f"{file}: no problems.")
        if (words := softened(_load(file, catalogue), at)) is not None:
            click.echo(f"ALARM: {words}", err=True)


@policy.command()
@click.argument("file", type=FilePath())
@sources_option
@json_option
@click.pass_context
def test(ctx: click.Context, file: Path, catalogue: Catalogue, as_json: bool) -> None:
    """Run the tests that a policy file carries."""
    loaded = _load(file, catalogue)
    results = policy_tests.run(loaded, place_finder(loaded, catalogue))
    counts = {outcome: sum(r.outcome is outcome for r in results) for outcome in Outcome}
    if as_json:
        output.print_json([_result_row(result) for result in results])
    else:
        for result in results:
            if result.outcome is not Outcome.PASSED:
                click.echo(f"{file}:{result.test.line}: {result}", err=True)
        said = ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count)
        click.echo(f"{file}: {said or 'no tests'}.")
    if counts[Outcome.FAILED]:
        ctx.exit(1)


@policy.command()
@click.argument("before", type=FilePath())
@click.argument("after", type=FilePath())
@at_option
@sources_option
@json_option
def diff(before: Path, after: Path, at: datetime, catalogue: Catalogue, as_json: bool) -> None:
    """Compare two policy files.

    Says which regions, how many addresses and which settings change.
    """
    old, new = _load(before, catalogue), _load(after, catalogue)
    found = policy_diff.difference(old, new, at)
    tables = sources.by_name([old, new], catalogue)
    facts = {one.source.name: one for two in (old, new) for one in anonymizers(two, catalogue)}
    addresses = [asdict(row) for row in address_changes(old, new, at, tables, facts)]
    regions = [asdict(change) for change in found.regions]
    settings = [asdict(change) for change in found.settings]
    if as_json:
        difference = {"at": at, "regions": regions, "addresses": addresses, "settings": settings}
        output.print_json(difference)
    elif not (regions or addresses or settings):
        click.echo("No difference.")
    else:
        output.print_records(f"Regions at {output.utc(at)}", regions)
        output.print_records("Addresses", addresses)
        output.print_records("Settings", settings)


@policy.command()
@click.argument("file", type=FilePath())
@at_option
@sources_option
@json_option
def show(file: Path, at: datetime, catalogue: Catalogue, as_json: bool) -> None:
    """Show a policy at an instant.

    Says the phase, every date, the regions by class and every setting.
    """
    found = policy_show.overview(_load(file, catalogue), at)
    if as_json:
        output.print_json(asdict(found))
        return
    mode = " (report only)" if found.report_only else ""
    click.echo(f"{found.name} {found.version} at {output.utc(at)}: phase {found.phase}{mode}.")
    click.echo(f"Next: {_date(found.next)}.")
    click.echo(f"{found.supported} regions are supported; the list names {found.listed}.")
    click.echo()
    output.print_table(("date", "local", "what"), [(d.at, d.local, d.what) for d in found.dates])
    for place_class, regions in found.regions.items():
        click.echo(f"\n{place_class} ({len(regions)}):")
        click.echo(click.wrap_text(" ".join(regions), 78, "  ", "  "))
    click.echo()
    output.print_table(("setting", "value"), found.settings.items())


@policy.command()
@click.argument("file", type=FilePath())
@click.option("--name", default="my-api", show_default=True, help="The policy's name.")
@at_option
@json_option
def new(file: Path, name: str, at: datetime, as_json: bool) -> None:
    """Write a policy to start from.

    It is commented and right as it stands. An existing file is never overwritten.
    """
    policy_new.write(file, name, at.date())
    if as_json:
        output.print_json({"file": file, "name": name})
    else:
        click.echo(f"{file} is written. Next: regiongate policy check {file}")


def _load(file: Path, catalogue: Catalogue) -> Policy:
    """The policy in a file, with the age of its sources."""
    return sources.dated_by(policyfile.load(file, catalogue.named()), catalogue)


def _result_row(result: Result) -> dict[str, object]:
    decision = result.decision
    return {
        **asdict(result.test),
        "outcome": result.outcome,
        "got": None if decision is None else decision.verdict,
        "rule": None if decision is None else decision.rule,
        "reason": None if decision is None else decision.reason,
    }


def _date(date: Date | None) -> str:
    return "no date is left" if date is None else f"{date.what} at {output.utc(date.at)}"
