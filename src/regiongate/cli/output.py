"""How every command answers: JSON for programs, plain lines and tables for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, is_dataclass
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from regiongate.domain.errors import Problem

WANTS_JSON = f"{__name__}.json"
"""Where the context remembers that a command was asked for JSON."""

_WIDE = 400
"""A file or a pipe has no edge, so nothing is cut or wrapped in it."""


def wants_json(ctx: click.Context) -> bool:
    """Whether the command that ran was asked for JSON."""
    return bool(ctx.meta.get(WANTS_JSON, False))


def utc(at: datetime) -> str:
    """An instant in UTC: `2024-07-09T07:00:00Z`, with a fraction only where there is one."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def print_json(value: Any) -> None:
    """Print a value as JSON, keys in the order given, instants in UTC."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=_plain))


def print_table(headings: Sequence[str], rows: Iterable[Iterable[object]]) -> None:
    """Print rows under headings. What stands in a row is text, never markup."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(Text(heading), overflow="fold")
    for row in rows:
        table.add_row(*(Text(_cell(cell)) for cell in row))
    width = None if sys.stdout.isatty() else _WIDE
    console = Console(file=sys.stdout, highlight=False, width=width)
    with console.capture() as capture:
        console.print(table)
    for line in capture.get().splitlines():
        click.echo(line.rstrip())


def print_records(title: str, records: list[dict[str, Any]]) -> None:
    """Print records with the same keys as a table under a title; nothing when there are none."""
    if records:
        click.echo(f"{title}:")
        print_table([key.replace("_", " ") for key in records[0]], [r.values() for r in records])
        click.echo()


def print_problems(problems: list[Problem], as_json: bool) -> None:
    """Print problems: a line each to standard error, or one JSON list to standard output."""
    if as_json:
        print_json(problems)
        return
    for problem in problems:
        click.echo(str(problem), err=True)


def _cell(cell: object) -> str:
    if cell is None:
        return "-"
    return utc(cell) if isinstance(cell, datetime) else str(cell)


def _plain(value: object) -> object:
    """What JSON has no form for."""
    if isinstance(value, datetime):
        return utc(value)
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, PurePath):
        return str(value)
    return str(value)
