"""How a server is set up. Half-configured security refuses to start."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from regiongate.compiler.envoy.settings import Endpoint
from regiongate.domain.address import IPNetwork
from regiongate.domain.claim import require_name
from regiongate.domain.errors import CannotRun
from regiongate.notify.settings import Settings as Mail
from regiongate.server.security.oidc import Provider

LOCAL: tuple[IPNetwork, ...] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
"""This machine."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the server listens, and how it is reached and trusted.

    `url` is the origin under which browsers reach it, such as `https://regions.example.com`.
    `gateways` are the networks of the gateways that forward the public pages, `proxies` those of
    the proxies in front of the console: their word about a client's address counts. `policy` is a
    policy file, None for the policy in force at the gateway of `state_dir`. `offers` is a file of
    offers to show, None for those that come along. `claim_issuer` is what claim codes call the
    provider, None where this server issues none. `metrics_token` is what whoever scrapes the
    metrics bears, None where only this machine may. `oidc` is who vouches for people, None where
    one-time logins do. `mail` says in whose name letters are written, and `post` by which relay
    they are sent, None where this server sends none.
    """

    state_dir: Path
    store_url: str
    listen: Endpoint
    url: str
    proxies: tuple[IPNetwork, ...] = ()
    gateways: tuple[IPNetwork, ...] = LOCAL
    policy: Path | None = None
    offers: Path | None = None
    claim_issuer: str | None = None
    metrics_token: str | None = field(default=None, repr=False)
    oidc: Provider | None = None
    mail: dict[str, str] = field(default_factory=dict)
    post: Mail | None = None

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach it over TLS."""
        return self.url.startswith("https://")


def require_sound(settings: Settings) -> None:
    """Raise CannotRun for settings that would be half a lock."""
    parts = urlsplit(settings.url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
        raise CannotRun(
            f"--url {settings.url}: name an origin, such as https://regions.example.com"
        )
    if settings.claim_issuer is not None:
        _require_issuer(settings.claim_issuer)
    if settings.is_secure:
        return
    if not _is_local(parts.hostname) or not _is_local(settings.listen.host):
        raise CannotRun(
            f"people would log in to {settings.url} without TLS: put a proxy with TLS in front,"
            " and name its https origin with --url"
        )
    if settings.oidc is not None and not _is_local(urlsplit(settings.oidc.issuer).hostname or ""):
        raise CannotRun("OIDC sends people back to --url, which must be https")


def _require_issuer(name: str) -> None:
    try:
        require_name(name, "issuer")
    except ValueError as error:
        raise CannotRun(f"--claim-issuer: {error}") from None


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
