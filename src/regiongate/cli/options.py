"""The options that many commands share."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from regiongate.cli.output import WANTS_JSON
from regiongate.geo.store.catalogue import Catalogue
from regiongate.geo.store.store import Store

F = TypeVar("F", bound=Callable[..., Any])


NUMBER = click.IntRange(1, 2**31 - 1)
"""A number of something that is counted from 1, such as a case."""


class Instant(click.ParamType[datetime]):
    """An instant in UTC from `2024-07-09`, `2024-07-09T07:00` or a time with an offset."""

    name = "instant"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Parse, or fail with what to write."""
        if isinstance(value, datetime):
            return value
        try:
            said = datetime.fromisoformat(value)
            return said.replace(tzinfo=UTC) if said.tzinfo is None else said.astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is not an instant: write 2024-07-09T07:00Z", param, ctx)


class FilePath(click.Path):
    """A path that click completes; whether it can be read is for the command to say."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)


def _now() -> datetime:
    # The one place where the command line reads the clock.
    return datetime.now(UTC).replace(microsecond=0)


def at_option(command: F) -> F:
    """`--at`: the instant a command looks at; now, unless said."""
    text = "The instant to look at; UTC unless it has an offset.  [default: now]"
    return click.option("--at", type=Instant(), default=_now, help=text)(command)


def json_option(command: F) -> F:
    """`--json`: print JSON instead of text, problems of a file included."""

    def remember(ctx: click.Context, _: click.Parameter, value: bool) -> bool:
        ctx.meta[WANTS_JSON] = value
        return value

    return click.option("--json", "as_json", is_flag=True, callback=remember, help="Print JSON.")(
        command
    )


def dry_run_option(command: F) -> F:
    """`--dry-run`: everything is done and taken back."""
    text = "Say what would be done, and change nothing."
    return click.option("--dry-run", is_flag=True, help=text)(command)


def catalogue_in(folder: Path) -> Catalogue:
    """Every source that can be named where this folder is the store of sources."""
    return Catalogue(Store(folder.resolve()))


def sources_option(command: F) -> F:
    """`--sources`: the store of sources; the command gets every source that it can name."""

    def open_store(_: click.Context, __: click.Parameter, value: Path | None) -> Catalogue:
        return catalogue_in(value or _usual_store())

    return click.option(
        "--sources",
        "catalogue",
        type=FilePath(),
        envvar="REGIONGATE_SOURCES",
        callback=open_store,
        # Completion of the names of sources asks for it.
        is_eager=True,
        help="The store of sources.  [default: $REGIONGATE_SOURCES, "
        "else $XDG_DATA_HOME/regiongate/sources]",
    )(command)


def _usual_store() -> Path:
    """The store of this user (XDG Base Directory Specification)."""
    data = Path(os.environ.get("XDG_DATA_HOME", ""))
    # A relative path is to be ignored, says the specification.
    return (data if data.is_absolute() else Path.home() / ".local/share") / "regiongate/sources"
