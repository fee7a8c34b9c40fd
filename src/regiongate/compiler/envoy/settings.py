"""What the platform engineer decides about one gateway; the policy says nothing of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from regiongate.domain.errors import CannotRun

Network = IPv4Network | IPv6Network

_PORTS = {"http": 80, "https": 443}


API_KEY_HEADERS = ("authorization", "x-api-key", "api-key", "x-goog-api-key")
"""Where the APIs that our dialects imitate, and their kin, look for a key."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A host and a port, as in `127.0.0.1:8080` or `[::1]:8080`."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Upstream:
    """The API behind the gateway. `http2` speaks HTTP/2 to it instead of HTTP/1.1."""

    endpoint: Endpoint
    tls: bool
    http2: bool = False

    def __str__(self) -> str:
        scheme = ("https" if self.tls else "http") + ("+h2" if self.http2 else "")
        return f"{scheme}://{self.endpoint}"


@dataclass(frozen=True, slots=True)
class Jwt:
    """How a JSON Web Token (RFC 7519) names the organization: which claim, whose keys, whose word.

    `jwks` is the path of a JSON Web Key Set (RFC 7517).
    """

    claim: str
    jwks: PurePosixPath
    issuer: str | None


@dataclass(frozen=True, slots=True)
class ProviderInRegion:
    """Where a provider in region is, by the name that the policy has for it.

    `key` is the path of a file that holds our credential there, a bearer token.
    """

    name: str
    upstream: Upstream
    key: PurePosixPath


@dataclass(frozen=True, slots=True)
class Settings:
    """One gateway: where it listens, what it protects, whom it believes.

    Peers inside `trusted` are believed about the client's address (`X-Forwarded-For`) and, where
    `organization_header` is set, about the organization. `trusted_hops` counts proxies in front
    that every request passes, whatever their address. With `proxy_protocol` the client's address
    comes from that protocol, and only trusted peers may connect. Only one of
    `organization_header`, `jwt` and `api_keys` may be set. `api_key_headers` are the headers that
    may hold a key (`authorization` as a bearer token), in lower case, the first one first. `site`
    is the web server of the public pages, None where there is none. `hand_over` are the providers
    in region.
    """

    listen: tuple[Endpoint, ...]
    upstream: Upstream
    trusted: tuple[Network, ...] = ()
    trusted_hops: int = 0
    proxy_protocol: bool = False
    organization_header: str | None = None
    jwt: Jwt | None = None
    api_keys: bool = True
    api_key_headers: tuple[str, ...] = API_KEY_HEADERS
    site: Upstream | None = None
    hand_over: tuple[ProviderInRegion, ...] = ()

    @property
    def identifies(self) -> bool:
        """Whether the gateway can tell organizations apart at all."""
        return self.organization_header is not None or self.jwt is not None or self.api_keys


def to_record(settings: Settings) -> dict[str, Any]:
    """The settings as a JSON object, so that a later process finds them again."""
    jwt = settings.jwt
    return {
        "listen": [str(where) for where in settings.listen],
        "upstream": str(settings.upstream),
        "trusted": [str(network) for network in settings.trusted],
        "trusted_hops": settings.trusted_hops,
        "proxy_protocol": settings.proxy_protocol,
        "organization_header": settings.organization_header,
        "jwt": None if jwt is None else [jwt.claim, str(jwt.jwks), jwt.issuer],
        "api_keys": settings.api_keys,
        "api_key_headers": list(settings.api_key_headers),
        "site": None if settings.site is None else str(settings.site),
        "hand_over": [[one.name, str(one.upstream), str(one.key)] for one in settings.hand_over],
    }


def from_record(record: Mapping[str, Any]) -> Settings:
    """Read such an object; equal to the settings that it was made from."""
    jwt = record["jwt"]
    # A gateway that was started before there were such settings has none.
    site, hand_over = record.get("site"), record.get("hand_over", ())
    return Settings(
        listen=tuple(endpoint(text) for text in record["listen"]),
        upstream=upstream(record["upstream"]),
        trusted=tuple(ip_network(text) for text in record["trusted"]),
        trusted_hops=record["trusted_hops"],
        proxy_protocol=record["proxy_protocol"],
        organization_header=record["organization_header"],
        jwt=None if jwt is None else Jwt(jwt[0], PurePosixPath(jwt[1]), jwt[2]),
        api_keys=record["api_keys"],
        api_key_headers=tuple(record["api_key_headers"]),
        site=None if site is None else upstream(site),
        hand_over=tuple(
            ProviderInRegion(name, upstream(where), PurePosixPath(key))
            for name, where, key in hand_over
        ),
    )


def endpoint(text: str) -> Endpoint:
    """Read `HOST:PORT` or `[HOST]:PORT`; raises CannotRun with the remedy."""
    parts = urlsplit(f"//{text}")
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    # A name would be looked up once, by whoever starts the gateway; port 0 would be any port.
    if not host or not port or parts.path or parts.username or not is_address(host):
        message = f"{text!r} is not an address to listen on: write 127.0.0.1:8080 or [::1]:8080"
        raise CannotRun(message)
    return Endpoint(host, port)


def is_address(host: str) -> bool:
    """Whether a host is written as an IP address rather than a name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def upstream(text: str, what: str = "an upstream") -> Upstream:
    """Read `http://HOST[:PORT]` or `https://HOST[:PORT]`; raises CannotRun with the remedy.

    `what` is what the message says that the text is not. A scheme that ends in `+h2` speaks HTTP/2
    to it.
    """
    parts = urlsplit(text)
    scheme, _, version = parts.scheme.partition("+")
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    plain = parts.path in ("", "/") and not parts.query and not parts.username
    if scheme not in _PORTS or version not in ("", "h2") or not host or not plain:
        message = f"{text!r} is not {what}: write http://HOST:PORT or https://HOST, no path"
        raise CannotRun(message)
    return Upstream(Endpoint(host, port or _PORTS[scheme]), scheme == "https", version == "h2")
