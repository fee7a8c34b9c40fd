"""The options about mail, one for each of `notify.settings.NAMES`, and the environment for them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from typing import Any, TypeVar

import click

from regiongate.notify.sender import Sender
from regiongate.notify.settings import NAMES, Settings, read, read_sender

F = TypeVar("F", bound=Callable[..., Any])

_PREFIX = "mail_"
_OF_SENDER = ("sender", "return-path", "domain")


def mail_options(command: F) -> F:
    """All of them; the command gets them as `**mail`, and gives these to the functions here."""
    return _options(command, NAMES)


def sender_options(command: F) -> F:
    """Those that say in whose name letters are written; the command gets them as `**mail`."""
    return _options(command, _OF_SENDER)


def settings_of(mail: Mapping[str, str | None]) -> Settings:
    """The settings that were given. Raises CannotRun with all that is wrong."""
    return read(_given(mail), os.environ)


def sender_given(mail: Mapping[str, str | None]) -> dict[str, str]:
    """What was said of whose name letters are written in, for `notify.sender.read_sender`."""
    given = _given(mail)
    return {name: given[name] for name in _OF_SENDER if name in given}


def post_given(mail: Mapping[str, str | None]) -> Settings | None:
    """The settings of whoever may also send nothing; None: nothing but the sender was given.

    Raises CannotRun with all that is wrong: half of a relay is none.
    """
    given = _given(mail)
    return read(given, os.environ) if given.keys() - set(_OF_SENDER) else None


def sender_of(mail: Mapping[str, str | None]) -> Sender:
    """In whose name letters are written. Raises CannotRun."""
    return read_sender(_given(mail))


def taken(said: MutableMapping[str, Any]) -> dict[str, str | None]:
    """Take what these options said out of all that a command was told."""
    return {name: said.pop(name) for name in [*said] if name.startswith(_PREFIX)}


def _options(command: F, names: Iterable[str]) -> F:
    for name in reversed([*names]):
        default, meaning = NAMES[name]
        variable = f"REGIONGATE_{name.upper().replace('-', '_')}"
        shown = f"${variable}, else {default}" if default else f"${variable}"
        option = click.option(
            f"--{name}",
            _PREFIX + name.replace("-", "_"),
            metavar="TEXT",
            envvar=variable,
            help=f"{meaning}  [default: {shown}]",
        )
        command = option(command)
    return command


def _given(mail: Mapping[str, str | None]) -> dict[str, str]:
    return {
        name.removeprefix(_PREFIX).replace("_", "-"): value
        for name, value in mail.items()
        if value is not None
    }
