"""The settings of a gateway, from its options: half of a pair is never half of a protection."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import ip_network
from pathlib import Path, PurePosixPath

from regiongate.cli.gateway_options import SAMPLE, GatewayOptions
from regiongate.compiler.envoy.settings import (
    Jwt,
    Network,
    ProviderInRegion,
    Settings,
    endpoint,
    upstream,
)
from regiongate.domain.errors import CannotRun


def settings(said: GatewayOptions) -> Settings:
    """The settings that the options say. Raises CannotRun with the remedy."""
    _require_whole(said)
    header, named = said.organization_header, _named_by(said)
    return Settings(
        listen=tuple(endpoint(text) for text in said.listen),
        upstream=upstream(said.upstream_url or f"http://{SAMPLE}"),
        trusted=tuple(network(text) for text in said.trusted),
        trusted_hops=said.trusted_hops,
        proxy_protocol=said.proxy_protocol,
        organization_header=None if header is None else header_name(header),
        jwt=_jwt(said.organization_claim, said.jwks, said.issuer),
        api_keys=not named if said.api_keys is None else said.api_keys,
        api_key_headers=tuple(header_name(text) for text in said.api_key_headers),
        hand_over=providers(said.hand_over, said.hand_over_keys),
        site=None if said.site_url is None else upstream(said.site_url, "the site's origin"),
    )


def _named_by(said: GatewayOptions) -> int:
    """How many ways an organization is named in, its API key left aside."""
    return (said.organization_header is not None) + (said.organization_claim is not None)


def _require_whole(said: GatewayOptions) -> None:
    """Refuse what protects only where something else is said too, and what contradicts itself."""
    if (said.organization_claim is None) != (said.jwks is None):
        raise CannotRun("--organization-claim and --jwks belong together: give both or none")
    if said.issuer is not None and said.jwks is None:
        raise CannotRun("--issuer needs --organization-claim and --jwks: alone it checks nothing")
    if len(set(said.listen)) != len(said.listen):
        raise CannotRun("--listen names one address twice: name each once")
    if said.organization_header is not None and not said.trusted:
        message = (
            "--organization-header needs --trust-forwarded-from: anyone could write the header"
        )
        raise CannotRun(message)
    if said.proxy_protocol and not said.trusted:
        message = "--proxy-protocol needs --trust-forwarded-from: anyone could claim any address"
        raise CannotRun(message)
    if _named_by(said) + bool(said.api_keys) > 1:
        raise CannotRun("an organization is named by a header, a claim or its API key: choose one")


def providers(where: Sequence[str], keys: Sequence[str]) -> tuple[ProviderInRegion, ...]:
    """The providers in region, sorted by name; each has a URL and a file with a key, or none."""
    urls, files = _named(where, "--hand-over"), _named(keys, "--hand-over-key")
    for name in sorted(urls.keys() ^ files.keys()):
        raise CannotRun(f"--hand-over and --hand-over-key belong together: give {name} both")
    return tuple(
        ProviderInRegion(
            name, upstream(urls[name], "a provider's origin"), _key_file(Path(files[name]))
        )
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
