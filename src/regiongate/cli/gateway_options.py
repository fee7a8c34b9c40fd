"""The options that describe one gateway: where it listens, what it protects, whom it believes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from regiongate.cli.options import FilePath
from regiongate.cli.together import gathered, together
from regiongate.compiler.envoy.settings import API_KEY_HEADERS
from regiongate.domain.refusal import SITE_PATH

F = TypeVar("F", bound=Callable[..., Any])

DEFAULT_LISTEN = "127.0.0.1:8080"
SAMPLE = "127.0.0.1:8081"
DEFAULT_STATE = Path(".regiongate")


def state_option(command: F) -> F:
    """`--state`: the directory of one gateway."""
    text = "The directory of this gateway: its bundles, its log, its sockets."
    option = click.option(
        "--state", "state_dir", type=FilePath(), default=DEFAULT_STATE, show_default=True, help=text
    )
    return option(command)


@dataclass(frozen=True, slots=True)
class GatewayOptions:
    """What was said of one gateway, as it was written; each is named as its option."""

    listen: tuple[str, ...]
    upstream_url: str | None
    site_url: str | None
    hand_over: tuple[str, ...]
    hand_over_keys: tuple[str, ...]
    trusted: tuple[str, ...]
    trusted_hops: int
    proxy_protocol: bool
    organization_header: str | None
    organization_claim: str | None
    jwks: Path | None
    issuer: str | None
    api_keys: bool | None
    api_key_headers: tuple[str, ...]


_OPTIONS: tuple[Callable[[F], F], ...] = (
    click.option(
        "--listen",
        multiple=True,
        default=[DEFAULT_LISTEN],
        show_default=True,
        metavar="HOST:PORT",
        help="Where to serve; may be given more than once, IPv6 as [::1]:8080.",
    ),
    click.option(
        "--upstream",
        "upstream_url",
        metavar="URL",
        help="The API to protect.  [default: the sample API that comes with regiongate]",
    ),
    click.option(
        "--site",
        "site_url",
        metavar="URL",
        help=f"The web server of the public pages, led to from {SITE_PATH} whatever the verdict.",
    ),
    click.option(
        "--hand-over",
        "hand_over",
        multiple=True,
        metavar="NAME=URL",
        help="Where a provider in region is, by its name in the policy; may be repeated.",
    ),
    click.option(
        "--hand-over-key",
        "hand_over_keys",
        multiple=True,
        metavar="NAME=FILE",
        help="The file that holds our key for it, sent as a bearer token.",
    ),
    click.option(
        "--trust-forwarded-from",
        "trusted",
        multiple=True,
        metavar="CIDR",
        help="Proxies whose X-Forwarded-For is believed; may be given more than once.",
    ),
    click.option(
        "--trusted-hops",
        type=click.IntRange(0, 10),
        default=0,
        help="Proxies that every request passes, whatever their address.",
    ),
    click.option(
        "--proxy-protocol",
        is_flag=True,
        help="Take the client's address from the PROXY protocol; only trusted peers may connect.",
    ),
    click.option(
        "--organization-header",
        metavar="NAME",
        help="A header in which trusted proxies name the organization.",
    ),
    click.option("--organization-claim", metavar="CLAIM", help="A JWT claim that names it."),
    click.option("--jwks", type=FilePath(), help="The JSON Web Key Set that signs the tokens."),
    click.option("--issuer", metavar="TEXT", help="The issuer that the tokens must have."),
    click.option(
        "--api-keys/--no-api-keys",
        default=None,
        help="Find the organization by the SHA-256 digest of its API key.  "
        "[default: unless a header or a claim names it]",
    ),
    click.option(
        "--api-key-header",
        "api_key_headers",
        multiple=True,
        default=API_KEY_HEADERS,
        show_default=True,
        metavar="NAME",
        help="Where the API looks for its key; may be given more than once.",
    ),
)


def gateway_options(command: F) -> F:
    """All of them, in the order of the help page: the command gets them as `gateway`."""
    return together(*_OPTIONS, gathered(GatewayOptions, "gateway"))(command)
