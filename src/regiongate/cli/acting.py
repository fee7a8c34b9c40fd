"""Who acts: `--as NAME`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

_HELP = "Who acts: the name of a person.  [default: $REGIONGATE_PERSON]"


def as_option(command: F) -> F:
    """`--as NAME`: the command gets it as `person`; without it the command does not run."""
    return _option(required=True)(command)


def as_option_if_any(command: F) -> F:
    """`--as NAME`, which may be left out: `person` is None then."""
    return _option(required=False)(command)


def _option(required: bool) -> Callable[[F], F]:
    return click.option(
        "--as",
        "person",
        metavar="NAME",
        envvar="REGIONGATE_PERSON",
        required=required,
        help=_HELP,
    )
