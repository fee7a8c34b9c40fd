"""The one place that the key may go to."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from regiongate.domain.errors import CannotRun

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port (RFC 6454)."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}"


def origin_of(base_url: str) -> Origin:
    """The origin of a base URL; `CannotRun` where it is none that an SDK can take."""
    try:
        parts = urlsplit(base_url)
        port = parts.port
    except ValueError as error:
        raise CannotRun(f"--base-url {base_url!r} cannot be read: {error}.") from error
    if wrong := _wrong(parts):
        raise CannotRun(
            f"--base-url {wrong}; write it as an SDK takes it, such as https://api.example.com/v1."
        )
    return Origin(parts.scheme, parts.hostname or "", port or _PORTS[parts.scheme])


def _wrong(parts: SplitResult) -> str | None:
    if parts.scheme not in _PORTS:
        return "must begin with https:// or http://"
    if not parts.hostname:
        return "names no host"
    if parts.username is not None or parts.password is not None:
        return "must not hold a user or a password"
    return "must end with its path" if parts.query or parts.fragment else None
