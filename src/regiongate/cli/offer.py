"""`regiongate offer`: what alternatives offer to organizations that must leave."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from regiongate import offers
from regiongate.cli import output
from regiongate.cli.options import FilePath, at_option, json_option
from regiongate.domain.errors import CannotRun
from regiongate.domain.offer import Incentive, Kind, Offer
from regiongate.offers import new as offers_new
from regiongate.offers.record import amounts, record
from regiongate.policyfile.iso import mistake

UNKNOWN = "not said"
"""What stands where a source is silent."""


def _region(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    wrong = None if value is None else mistake(value)
    if wrong is not None:
        raise click.BadParameter(f"{value} {wrong[0]}: {wrong[1]}")
    return value


@click.group()
def offer() -> None:
    """Check, list, show and begin offers of alternatives."""


@offer.command()
@click.argument("file", type=FilePath())
@json_option
@click.pass_context
def check(ctx: click.Context, file: Path, as_json: bool) -> None:
    """Name every mistake in an offers file.

    Each comes with its place and its remedy.
    """
    problems = offers.check(file)
    output.print_problems(problems, as_json)
    if problems:
        ctx.exit(1)
    if not as_json:
        click.echo(f"{file}: no problems.")


@offer.command("list")
@click.argument("file", type=FilePath(), required=False)
@click.option("--region", callback=_region, help="Only those that serve this region, such as CN.")
@at_option
@json_option
def list_(file: Path | None, region: str | None, at: datetime, as_json: bool) -> None:
    """List the offers of a file, or else those of June 2024 that come with regiongate."""
    known = offers.given(file)
    found = [one for one in known.each if region is None or one.serves(region)]
    if as_json:
        output.print_json([{**record(one), "stands": one.stands(at)} for one in found])
        return
    headings = ("offer", "provider", "stands", "regions", "incentive", "source of")
    output.print_table(headings, (_row(one, at) for one in found))
    if any(one.kind is Kind.HISTORY for one in found):
        click.echo("\nHistory is what was offered once: none of it can be taken up.")


@offer.command()
@click.argument("name")
@click.argument("file", type=FilePath(), required=False)
@at_option
@json_option
def show(name: str, file: Path | None, at: datetime, as_json: bool) -> None:
    """Show offer NAME: all that its source says, and what it does not."""
    known = offers.given(file)
    found = known.named(name)
    if found is None:
        names = ", ".join(one.name for one in known.each) or "none"
        raise CannotRun(f"{known.file} has no offer {name}: it has {names}")
    if as_json:
        output.print_json({**record(found), "stands": found.stands(at)})
        return
    output.print_table(("what", "said"), _lines(found, at))


@offer.command()
@click.argument("file", type=FilePath())
@at_option
@json_option
def new(file: Path, at: datetime, as_json: bool) -> None:
    """Write an offers file to start from.

    It is commented and right as it stands. An existing file is never overwritten.
    """
    offers_new.write(file, at.date())
    if as_json:
        output.print_json({"file": file})
    else:
        click.echo(f"{file} is written. Next: regiongate offer check {file}")


def _row(one: Offer, at: datetime) -> tuple[str, ...]:
    stands = "history" if one.kind is Kind.HISTORY else "yes" if one.stands(at) else "no"
    incentive = "; ".join(_given(one.incentive))
    return one.name, one.provider, stands, _words(one.regions), incentive, one.dated


def _lines(one: Offer, at: datetime) -> Iterable[tuple[str, str]]:
    said: Any = record(one)
    yield "provider", one.provider
    yield "kind", "history: none of it can be taken up" if one.kind is Kind.HISTORY else one.kind
    yield "stands", "yes" if one.stands(at) else "no"
    yield "regions", _words(one.regions)
    yield "except", _words(one.excepted, "none")
    yield "opens", UNKNOWN if one.opens is None else output.utc(one.opens)
    yield "closes", said["closes"] or UNKNOWN
    yield "conditions", _words(one.conditions, "none said")
    yield from (("incentive", line) for line in _given(one.incentive) or ("none",))
    for price in () if one.prices is None else one.prices.each:
        said_price = f"{price.per_million} {said['prices']['currency']} for a million"
        yield "price", f"{price.model}, {price.kind}: {said_price}"
    if one.prices is None:
        yield "price", UNKNOWN
    yield from (("endpoint", f"{e.speaks}: {e.base_url}") for e in one.endpoints)
    yield from (("model", f"{left} becomes {right}") for left, right in one.models)
    yield "features", _words(one.features)
    yield "source", f"{one.source} ({one.dated})"


def _given(incentive: Incentive | None) -> tuple[str, ...]:
    return () if incentive is None else amounts(incentive)


def _words(words: Iterable[str] | None, none: str = UNKNOWN) -> str:
    return " ".join(words or ()) or none
