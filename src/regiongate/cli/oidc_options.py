"""The options that say who vouches for people who log in (OpenID Connect)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from regiongate.server.security.oidc import CLAIM, Provider, read_provider

F = TypeVar("F", bound=Callable[..., Any])

SECRET = "REGIONGATE_OIDC_CLIENT_SECRET"  # noqa: S105 - the name of a variable
"""The environment variable of the client secret; a command line is seen by everybody."""

_OPTIONS = (
    ("issuer", "REGIONGATE_OIDC_ISSUER", "URL", "The OpenID provider.  [default: none]"),
    ("client-id", "REGIONGATE_OIDC_CLIENT_ID", "TEXT", "Who this server is to it."),
    ("secret-file", "REGIONGATE_OIDC_SECRET_FILE", "FILE", f"The client secret; else ${SECRET}."),
    ("claim", "REGIONGATE_OIDC_CLAIM", "NAME", f"What names a person.  [default: {CLAIM}]"),
)


def oidc_options(command: F) -> F:
    """`--oidc-issuer` and its kin; the command gives them to `provider_of`."""
    for name, variable, metavar, text in reversed(_OPTIONS):
        option = click.option(f"--oidc-{name}", metavar=metavar, envvar=variable, help=text)
        command = option(command)
    return command


def provider_of(given: Mapping[str, Any], environment: Mapping[str, str]) -> Provider | None:
    """The provider that the options name. Raises CannotRun for half of one."""
    file = given["oidc_secret_file"]
    return read_provider(
        issuer=given["oidc_issuer"],
        client_id=given["oidc_client_id"],
        client_secret=environment.get(SECRET),
        secret_file=None if file is None else Path(file),
        claim=given["oidc_claim"],
    )
