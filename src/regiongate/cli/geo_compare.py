"""`regiongate geo compare`: where sources disagree, and what that does to verdicts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn

from regiongate import policyfile
from regiongate.cli import output
from regiongate.cli.geo import complete_names
from regiongate.cli.options import FilePath, at_option, json_option, sources_option
from regiongate.cli.progress import progress
from regiongate.control.compare import folder, tables
from regiongate.control.compare.compare import Comparison, Wish
from regiongate.control.compare.compare import compare as measure
from regiongate.control.compare.open_sources import open_sources
from regiongate.domain.errors import CannotRun
from regiongate.geo.compare.traffic import Traffic, read_traffic
from regiongate.geo.compare.weights import Family
from regiongate.geo.store.catalogue import Catalogue

_BY_ADDRESSES = "addresses"


@click.command()
@click.argument("said", nargs=-1, metavar="A B…", shell_complete=complete_names)
@click.option("--policy", type=FilePath(), help="Compare on the verdicts of this policy too.")
@click.option(
    "--reference",
    "references",
    multiple=True,
    shell_complete=complete_names,
    help="A source that takes no part in the rules and judges them; may be given again.",
)
@click.option(
    "--weights",
    default=_BY_ADDRESSES,
    show_default=True,
    metavar="addresses|FILE",
    help="What counts: addresses (in IPv6 networks of 48 bits), or CSV of address,requests.",
)
@click.option(
    "--family",
    type=click.Choice(["4", "6", "both"]),
    default="both",
    show_default=True,
    help="Which addresses to look at.",
)
@click.option(
    "--top",
    type=click.IntRange(1),
    default=10,
    show_default=True,
    help="How many disagreements and countries of two sources to list.",
)
@click.option("--out", type=FilePath(), help="Write numbers, pictures and a page to a new folder.")
@at_option
@sources_option
@json_option
@click.pass_context
def compare(
    ctx: click.Context,
    /,
    said: tuple[str, ...],
    policy: Path | None,
    references: tuple[str, ...],
    weights: str,
    family: Family,
    top: int,
    out: Path | None,
    at: datetime,
    catalogue: Catalogue,
    as_json: bool,
) -> None:
    """Compare sources: names, or paths of files.

    Says how much each speaks of, where two name different countries, and with a policy which
    addresses are on different sides of its list and what each rule of agreement makes of them.
    """
    if len(said) < 2:
        raise click.UsageError("Name two sources or more.")
    if out is not None:
        folder.require_free(out)
    loaded = None if policy is None else policyfile.load(policy, catalogue.named())
    traffic = None if weights == _BY_ADDRESSES else _traffic(Path(weights))
    with _progress(len(said) + len(references) + (2 if loaded else 1) + (out is not None)) as tell:
        opened = open_sources([*said, *references], catalogue, tell)
        wish = Wish(at, family, top, traffic)
        measured = measure(opened[: len(said)], opened[len(said) :], loaded, wish, tell)
        if out is not None:
            tell("drawing")
            folder.write(measured, out)
    if as_json:
        output.print_json(tables.record(measured.found))
    else:
        _print(measured.found, top)
        if out is not None:
            click.echo(f"Written: {out / 'index.html'}")
    if traffic is not None and traffic.rejected:
        _tell_rejected(traffic, as_json)
        ctx.exit(1)


def _tell_rejected(traffic: Traffic, as_json: bool) -> None:
    """Tell of the lines that were not counted; JSON holds them already."""
    if not as_json:
        output.print_problems(list(traffic.problems), as_json=False)
        click.echo(f"{traffic.rejected} lines were rejected and not counted.", err=True)


def _print(found: Comparison, top: int) -> None:
    judged = [tables.rules(found), tables.estimates(found)] if found.policy else []
    for table in (
        *(tables.sources(found), tables.pairs(found), *judged),
        *(tables.disagreements(found), tables.confirmations(found, top)),
        tables.countries(found, top),
    ):
        if table.rows:
            click.echo(f"{table.title}:")
            output.print_table(table.headings, table.rows)
            click.echo()
    aside = tables.aside(found)
    if aside is not None:
        click.echo(aside)
    if found.policy is not None:
        amount, share = found.policy.disputed, found.policy.disputed_share
        part = tables.percent(share.ipv6 if found.family == "6" else share.ipv4)
        click.echo(f"On both sides of {found.policy.list}: {amount.largest} ({part}).")


def _traffic(path: Path) -> Traffic:
    try:
        return read_traffic(path)
    except OSError as error:
        raise CannotRun(f"{path} cannot be read: {error.strerror}") from error


@contextmanager
def _progress(steps: int) -> Iterator[Callable[[str], None]]:
    """A bar on a terminal with what is being done; nothing elsewhere."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with progress(*columns) as bar:
        task = bar.add_task("", total=steps)
        begun = iter([0] + [1] * steps)
        yield lambda what: bar.update(task, description=what, advance=next(begun, 0))
