"""The options that say how a file is fetched, and what is accepted of it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from regiongate.cli.options import at_option, json_option, sources_option
from regiongate.cli.together import gathered, together
from regiongate.control.sources.bring import How
from regiongate.geo.store.fetch import Progress

F = TypeVar("F", bound=Callable[..., Any])

_SHA256 = re.compile(r"[0-9a-fA-F]{64}")


class _Day(click.ParamType[date]):
    """A day: `2026-06-17`."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Parse, or fail with what to write."""
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a date: write 2026-06-17", param, ctx)


class _Digest(click.ParamType[str]):
    """A SHA-256 digest in hexadecimal."""

    name = "sha256"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check, or fail with what to write."""
        if _SHA256.fullmatch(str(value)) is None:
            self.fail(f"{value!r} is not a SHA-256 digest: write its 64 digits", param, ctx)
        return str(value).lower()


_OPTIONS: tuple[Callable[[F], F], ...] = (
    click.option("--sha256", type=_Digest(), help="The digest that the file must have."),
    click.option(
        "--date", "dated", type=_Day(), help="The date of data that does not say its own."
    ),
    click.option("--dated-by-fetch", is_flag=True, help="The day of fetching is that date."),
    click.option("--accept-change", is_flag=True, help="Take a version that looks wrong."),
    click.option(
        "--timeout",
        type=click.FloatRange(0.1),
        default=30.0,
        show_default=True,
        help="How many seconds a server may be silent.",
    ),
    at_option,
    sources_option,
    json_option,
)


@dataclass(frozen=True, slots=True)
class Fetching:
    """What was said of fetching; each is named as its option."""

    at: datetime
    sha256: str | None
    dated: date | None
    dated_by_fetch: bool
    accept_change: bool
    timeout: float

    def how(self, tell: Progress, file: Path | None = None, *, dry_run: bool = False) -> How:
        """How to fetch; `file` stands in for what the recipe says."""
        return How(
            at=self.at,
            environment=os.environ,
            tell=tell,
            file=file,
            sha256=self.sha256,
            date=self.dated,
            accept=self.accept_change,
            dry_run=dry_run,
            silence=self.timeout,
            dated_by_fetch=self.dated_by_fetch,
        )


def how_options(command: F) -> F:
    """All of them, with `--at`, `--sources` and `--json`: the command gets `fetching`."""
    return together(*_OPTIONS, gathered(Fetching, "fetching"))(command)
