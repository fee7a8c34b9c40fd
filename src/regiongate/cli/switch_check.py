"""`regiongate switch check`: whether an endpoint does what the official SDKs expect."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from regiongate.cli import output
from regiongate.cli.options import json_option
from regiongate.conformance import evidence
from regiongate.conformance.extra import require
from regiongate.conformance.finding import State
from regiongate.conformance.limits import Limits
from regiongate.conformance.plain import plain
from regiongate.conformance.record import record
from regiongate.conformance.row import Row
from regiongate.conformance.tables import TABLES
from regiongate.conformance.target import Target, target_of
from regiongate.domain.offer import Speech

LIMITS = Limits()
"""Those of a run whose caller names none."""

SHOWN = 20_000
"""Characters of an exchange that `--verbose` prints at most; `--out` keeps all."""


@click.command()
@click.option(
    "--base-url", required=True, metavar="URL", help="The endpoint, as an SDK takes its base URL."
)
@click.option(
    "--dialect",
    required=True,
    type=click.Choice([one.value for one in Speech]),
    help="Whose API it speaks.",
)
@click.option(
    "--key-env", required=True, metavar="NAME", help="The environment variable with the key."
)
@click.option("--model", help="The model to ask.  [default: the first that is listed]")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="A new folder for the requests and answers, without the key.",
)
@click.option(
    "--check-seconds",
    type=click.FloatRange(1, 600),
    default=LIMITS.check_seconds,
    show_default=True,
    help="How long one check may take.",
)
@click.option(
    "--run-seconds",
    type=click.FloatRange(1, 7200),
    default=LIMITS.run_seconds,
    show_default=True,
    help="How long the whole run may take.",
)
@click.option("--verbose", is_flag=True, help="Print the requests and answers behind each row.")
@json_option
@click.pass_context
def check(
    ctx: click.Context,
    base_url: str,
    dialect: str,
    key_env: str,
    model: str | None,
    out: Path | None,
    check_seconds: float,
    run_seconds: float,
    verbose: bool,
    as_json: bool,
) -> None:
    """Check whether an endpoint does what the SDKs expect.

    Asks it with the official SDKs, some thirty requests with short answers. The key goes to this
    host alone. Ends with 0 where all works, with 1 where something does not.
    """
    target = target_of(base_url, Speech(dialect), os.environ.get(key_env), key_env, model)
    require()
    if out is not None:
        evidence.prepare(out)
    rows = _rows(target, Limits(check_seconds, run_seconds), out)
    result = record(target, rows)
    if out is not None:
        (out / "result.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    if as_json:
        output.print_json(result)
    else:
        _show(rows, verbose=verbose)
    ctx.exit(0 if all(row.finding.state is State.WORKS for row in rows) else 1)


def _rows(target: Target, limits: Limits, out: Path | None) -> list[Row]:
    """All rows; each is on disk before the next is asked."""
    # Imports the SDKs, which are an extra: `require` has said so by now where they are absent.
    asking = import_module("regiongate.conformance.run")
    rows: list[Row] = []
    with _progress(len(TABLES[target.dialect])) as bar:
        for row in asking.run(target, limits):
            if out is not None:
                evidence.write(out, row)
            rows.append(row)
            bar.update(bar.task_ids[0], advance=1, name=row.check.name)
    return rows


@contextmanager
def _progress(checks: int) -> Iterator[Progress]:
    """A bar on a terminal, with the check that was answered last."""
    columns = (TextColumn("checking"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    name = TextColumn("{task.fields[name]}")
    shown = console.is_terminal
    with Progress(*columns, name, console=console, transient=True, disable=not shown) as bar:
        bar.add_task("checking", total=checks, name="")
        yield bar


def _show(rows: Sequence[Row], *, verbose: bool) -> None:
    table = [(row.check.name, row.finding.state.value, row.finding.words) for row in rows]
    output.print_table(("check", "state", "found"), table)
    if verbose:
        for row in rows:
            for exchange in row.exchanges:
                click.echo(f"\n=== {row.check.name}: {row.check.reason}")
                text = evidence.spelled(exchange).decode("utf-8", "replace")
                click.echo(plain(text, SHOWN))
