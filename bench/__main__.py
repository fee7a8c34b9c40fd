"""`python -m bench`: measure, print the table, write `bench/results.json` and `docs/bench.md`."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path

import click
from rich.console import Console

from bench import (
    alone,
    geo_rounds,
    geo_table,
    instructions,
    library_rounds,
    library_table,
    litellms,
    load,
    machine,
    nginxes,
    page,
    record,
    survey_rounds,
    survey_table,
)
from bench.contestant import BOTH_CORES, ONE_CORE, Contestant, Layout
from bench.envoys import Bare
from bench.field import MANY, UPSTREAM_PORT, Field
from bench.process import BenchError
from bench.record import HEADER, Measured, Rest, Table
from bench.rounds import Plan, play

HERE = Path(__file__).parent
RESULTS = HERE / "results.json"
PAGE = HERE.parent / "docs" / "bench.md"

_FULL = Plan(starts=3, rounds=5, seconds=1)
_QUICK = Plan(starts=1, rounds=3, seconds=1)

console = Console(highlight=False, soft_wrap=True)


@click.command()
@click.option("--quick", is_flag=True, help="A minute: one core, 100 000 organizations, no files.")
@click.option("--only", multiple=True, metavar="NAME", help="Rows, as in gated-*; writes no files.")
@click.option("--gateway", is_flag=True, help="The gateway alone; the rest stays as it was found.")
@click.option("--starts", type=click.IntRange(1), help="Fresh starts of everyone.")
@click.option("--rounds", type=click.IntRange(1), help="Rounds after each start.")
@click.option("--seconds", type=click.IntRange(1), help="Length of a turn.")
def main(quick: bool, only: tuple[str, ...], gateway: bool, **turns: int | None) -> None:
    """Compare the gated Envoy with others, and our work on addresses with that of others."""
    usual = _QUICK if quick else _FULL
    plan = replace(usual, **{name: value for name, value in turns.items() if value})
    home = Path(tempfile.mkdtemp(prefix="regiongate-bench-"))
    try:
        found = _measure(home, plan, quick, only, gateway)
    except BenchError as error:
        sys.exit(f"bench: {error}")
    finally:
        shutil.rmtree(home, ignore_errors=True)
    for text in [
        *page.findings(found.tables),
        *found.rest.geo.findings(),
        *found.rest.library.findings(),
        *found.rest.survey.findings(),
    ]:
        console.print(f"· {text}")
    if not (quick or only):
        record.write(RESULTS, found)
        PAGE.write_text(page.page(found), "utf-8")
        console.print(f"\nwritten: {RESULTS}, {PAGE}")


def _measure(home: Path, plan: Plan, quick: bool, only: tuple[str, ...], gateway: bool) -> Measured:
    facts = machine.facts()
    if gateway:
        rest = record.read_rest(RESULTS)
    else:
        rest = Rest(
            facts,
            _geo(home / "geo", plan, quick, only),
            _library(home / "library", plan, quick, only),
            _survey(home / "survey", plan, quick, only),
        )
    if only and all(name.startswith(("geo-", "library-", "survey-")) for name in only):
        return Measured(facts, plan, [], None, {}, {}, rest)
    load.require_wrk()
    nginxes.require_nginx()
    field = Field(home)
    with console.status("compiling the bundles"):
        rows = _chosen(field.comparison((MANY,) if quick else (1, MANY)), only)
        part_rows = [] if quick else _chosen(field.parts(), only)
        alone_rows = [] if quick else _chosen(field.alone(), only)
    absent = {} if quick or not any(row.name == "litellm" for row in rows) else _litellm()
    absent |= _streams(rows)
    rows = [row for row in rows if row.name not in absent and not (quick and row.name == "litellm")]
    layouts = [ONE_CORE] if quick else [ONE_CORE, BOTH_CORES]
    tables = [_play(home, rows, layout, plan, absent) for layout in layouts if rows]
    for table in tables:
        _show(f"on {table.layout.name}", HEADER, table.rows())
    parts = _play(home, part_rows, ONE_CORE, plan, {}) if part_rows else None
    counts = _count(home, [*part_rows, *alone_rows])
    by_themselves = {row.title: counts[row.name] for row in alone_rows if row.name in counts}
    if parts is not None:
        _show("the gate part by part", page.PARTS_HEADER, page.part_rows(parts, counts))
    if by_themselves:
        _show("filters of Envoy's, each alone", alone.HEADER, alone.rows(by_themselves))
    return Measured(facts, plan, tables, parts, counts, by_themselves, rest)


def _geo(home: Path, plan: Plan, quick: bool, only: tuple[str, ...]) -> geo_table.GeoTable:
    """The work on addresses, before anything else runs beside it."""
    rows = geo_rounds.chosen(only, quick)
    if not rows:
        return geo_table.GeoTable([])
    table = geo_rounds.measure(home, rows, plan.rounds, console.print)
    _show("where addresses are", geo_table.HEADER, table.text_rows())
    return table


def _library(
    home: Path, plan: Plan, quick: bool, only: tuple[str, ...]
) -> library_table.LibraryTable:
    """The gate in one's own process, and what else looks addresses up in Python."""
    rows = library_rounds.chosen(only)
    if not rows:
        return library_table.LibraryTable([], {})
    table = library_rounds.measure(home, rows, plan.rounds, quick, console.print)
    _show("in one's own process", library_table.HEADER, table.text_rows())
    for name, why in table.absent.items():
        console.print(f"left out: {name}: {why}")
    return table


def _survey(home: Path, plan: Plan, quick: bool, only: tuple[str, ...]) -> survey_table.SurveyTable:
    """Surveys of logs, ours and others'."""
    wanted = survey_rounds.chosen(only, plan.rounds, quick)
    if not wanted.rows:
        return survey_table.SurveyTable([], {})
    table = survey_rounds.measure(home, wanted, console.print)
    _show("surveys of logs", survey_table.HEADER, table.text_rows())
    for name, why in table.absent.items():
        console.print(f"left out: {name}: {why}")
    return table


def _count(home: Path, rows: Sequence[Contestant]) -> dict[str, float]:
    """Instructions by name of a part; nothing, and a word why, without valgrind."""
    upstream = nginxes.upstream(home / "upstream-count", UPSTREAM_PORT, BOTH_CORES.others)
    try:
        with console.status("counting instructions"):
            return {
                row.name: instructions.count(row.proxy, row.requests)
                for row in rows
                if isinstance(row.proxy, Bare)
            }
    except BenchError as error:
        console.print(f"left out: instructions: {error}")
        return {}
    finally:
        upstream.stop()


def _streams(rows: Sequence[Contestant]) -> dict[str, str]:
    """The rows that need an upstream which streams, and why there is none; empty when there is."""
    try:
        nginxes.require_echo()
    except BenchError as error:
        return {row.name: str(error) for row in rows if row.streamed}
    return {}


def _litellm() -> dict[str, str]:
    """Install it, or say why it stays away."""
    try:
        with console.status("installing LiteLLM into an environment of its own"):
            litellms.install()
    except BenchError as error:
        return {"litellm": str(error)}
    return {}


def _chosen(rows: Sequence[Contestant], only: tuple[str, ...]) -> list[Contestant]:
    """The rows with these names, and what they are measured against."""
    if not only:
        return list(rows)
    wanted = {row.name for row in rows if any(fnmatch(row.name, name) for name in only)}
    wanted |= {other for row in rows if row.name in wanted for other in row.against}
    return [row for row in rows if row.name in wanted]


def _play(
    home: Path, rows: Sequence[Contestant], layout: Layout, plan: Plan, absent: dict[str, str]
) -> Table:
    upstream = nginxes.upstream(home / f"upstream-{layout.workers}", UPSTREAM_PORT, layout.others)
    try:
        results, failed = play(rows, layout, plan, console.print)
    finally:
        upstream.stop()
    for name, why in (absent | failed).items():
        console.print(f"left out: {name}: {why}")
    return Table(layout, results, absent | failed)


def _show(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table as plain text: it is often read in a log, where a terminal's width means nothing."""
    lines = [header, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    click.echo(f"\n{title}")
    for line in lines:
        cells = [
            # The texts to the left, the numbers to the right.
            text.ljust(width) if name in page.TEXTS else text.rjust(width)
            for name, text, width in zip(header, line, widths, strict=True)
        ]
        click.echo("  ".join(cells).rstrip())


if __name__ == "__main__":
    main()
