"""The options that describe one gateway: where it listens, what it protects, whom it believes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from ipaddress import ip_network
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

import click

from regiongate.cli.options import FilePath
from regiongate.compiler.envoy.settings import (
    API_KEY_HEADERS,
    Jwt,
    Network,
    Partner,
    Settings,
    endpoint,
    upstream,
)
from regiongate.domain.errors import CannotRun
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
    """All of them, in the order of the help page."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def settings(
    *,
    listen: tuple[str, ...],
    upstream_url: str | None,
    site_url: str | None,
    hand_over: tuple[str, ...],
    hand_over_keys: tuple[str, ...],
    trusted: tuple[str, ...],
    trusted_hops: int,
    proxy_protocol: bool,
    organization_header: str | None,
    organization_claim: str | None,
    jwks: Path | None,
    issuer: str | None,
    api_keys: bool | None,
    api_key_headers: tuple[str, ...],
) -> Settings:
    """The settings that the options say. Half of a pair is an error, never half of a protection."""
    if (organization_claim is None) != (jwks is None):
        raise CannotRun("--organization-claim and --jwks belong together: give both or none")
    if issuer is not None and jwks is None:
        raise CannotRun("--issuer needs --organization-claim and --jwks: alone it checks nothing")
    if len(set(listen)) != len(listen):
        raise CannotRun("--listen names one address twice: name each once")
    if organization_header is not None and not trusted:
        message = (
            "--organization-header needs --trust-forwarded-from: anyone could write the header"
        )
        raise CannotRun(message)
    if proxy_protocol and not trusted:
        message = "--proxy-protocol needs --trust-forwarded-from: anyone could claim any address"
        raise CannotRun(message)
    named = organization_header is not None or organization_claim is not None
    if (organization_header is not None) + (organization_claim is not None) + bool(api_keys) > 1:
        raise CannotRun("an organization is named by a header, a claim or its API key: choose one")
    return Settings(
        listen=tuple(endpoint(text) for text in listen),
        upstream=upstream(upstream_url or f"http://{SAMPLE}"),
        trusted=tuple(network(text) for text in trusted),
        trusted_hops=trusted_hops,
        proxy_protocol=proxy_protocol,
        organization_header=None
        if organization_header is None
        else header_name(organization_header),
        jwt=_jwt(organization_claim, jwks, issuer),
        api_keys=not named if api_keys is None else api_keys,
        api_key_headers=tuple(header_name(text) for text in api_key_headers),
        hand_over=partners(hand_over, hand_over_keys),
        site=None if site_url is None else upstream(site_url, "the site's origin"),
    )


def partners(where: Sequence[str], keys: Sequence[str]) -> tuple[Partner, ...]:
    """The providers in region, sorted by name; each has a URL and a file with a key, or none."""
    urls, files = _named(where, "--hand-over"), _named(keys, "--hand-over-key")
    for name in sorted(urls.keys() ^ files.keys()):
        raise CannotRun(f"--hand-over and --hand-over-key belong together: give {name} both")
    return tuple(
        Partner(name, upstream(urls[name], "a provider's origin"), _key_file(Path(files[name])))
        for name in sorted(urls)
    )


def _named(texts: Sequence[str], option: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if (
            re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name) is None
            or not equals
            or not value
        ):
            raise CannotRun(f"{option} {text!r} has no name: write NAME=VALUE")
        if name in found:
            raise CannotRun(f"{option} names {name} twice: name it once")
        found[name] = value
    return found


def _key_file(path: Path) -> PurePosixPath:
    """A key in a file that nobody else may read, on one line."""
    try:
        text, mode = path.read_text("ascii"), path.stat().st_mode
    except (OSError, ValueError) as error:
        raise CannotRun(f"the key file {path} cannot be read: {error}") from error
    if mode & 0o077:
        raise CannotRun(f"{path} may be read by others: chmod 600 {path}")
    if re.fullmatch(r"[!-~]+\n?", text) is None:
        raise CannotRun(f"{path} holds no key: write the key alone, on one line")
    return PurePosixPath(path.resolve())


def network(text: str) -> Network:
    """Read a network; raises CannotRun with the remedy."""
    try:
        return ip_network(text)
    except ValueError as error:
        raise CannotRun(f"{text!r} is not a network: {error}; write 10.0.0.0/8") from error


def header_name(text: str) -> str:
    """Read the name of a header (RFC 9110, section 5.1), in lower case."""
    if re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", text) is None:
        raise CannotRun(f"{text!r} is not the name of a header: write X-Organization")
    if text.lower() == "host" or text.lower().startswith("x-regiongate-"):
        raise CannotRun(f"the header {text} has a use of its own: name another")
    return text.lower()


def _jwt(claim: str | None, jwks: Path | None, issuer: str | None) -> Jwt | None:
    if claim is None or jwks is None:
        return None
    if not jwks.is_file():
        raise CannotRun(f"{jwks} is not a file: name the JSON Web Key Set with --jwks")
    return Jwt(claim, PurePosixPath(jwks.resolve()), issuer)
