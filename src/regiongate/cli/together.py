"""Options that belong together: one decorator for all of them, one value for what they say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])


def together(*options: Callable[[Any], Any]) -> Callable[[F], F]:
    """Several options as one decorator, in the order of the help page."""

    def decorate(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def gathered(kind: type[Any], name: str) -> Callable[[F], F]:
    """The command gets one value, called `name`, in the place of options.

    `kind` is a dataclass that has a field for each of these options, of the option's name.
    """

    def decorate(command: F) -> F:
        @wraps(command)
        def gather(*args: Any, **said: Any) -> Any:
            value = kind(**{field.name: said.pop(field.name) for field in fields(kind)})
            return command(*args, **{name: value}, **said)

        return cast("F", gather)

    return decorate
