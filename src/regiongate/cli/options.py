"""The options that many commands share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

_JSON = f"{__name__}.json"


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
        ctx.meta[_JSON] = value
        return value

    return click.option("--json", "as_json", is_flag=True, callback=remember, help="Print JSON.")(
        command
    )


def wants_json(ctx: click.Context) -> bool:
    """Whether the command that ran was asked for JSON."""
    return bool(ctx.meta.get(_JSON, False))
