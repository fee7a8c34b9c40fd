"""Fetching one file over HTTPS, with limits on its size and on the time it may take."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from pathlib import Path

import httpx

from regiongate.domain.errors import CannotRun
from regiongate.geo.store.secrets import Secrets, check_url, without_query

Progress = Callable[[int, int | None], None]
"""Told after every piece how many bytes have come, and of how many, where the server said so."""

_MOST_REDIRECTS = 5
_UNTRUSTED = "CERTIFICATE_VERIFY_FAILED"  # As OpenSSL says it, and httpx after it.
_AGENT = f"regiongate/{version('regiongate')}"


@dataclass(frozen=True, slots=True)
class Limits:
    """`size` in bytes; `silence` is how long nothing may come, `seconds` how long all may take."""

    size: int
    silence: float = 30.0
    seconds: float = 1800.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is fetched: a URL template, the variables of an account, and what is there already."""

    url: str
    user: str | None = None
    password: str | None = None
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came: its digest before anything is unpacked, and what the server says of it."""

    sha256: str
    size: int
    etag: str | None
    last_modified: str | None

    @property
    def date(self) -> date | None:
        """The day on which the server says that the file last changed (RFC 9110, 8.8.2)."""
        if self.last_modified is None:
            return None
        try:
            return parsedate_to_datetime(self.last_modified).date()
        except (ValueError, TypeError):
            return None


def silent(_: int, __: int | None) -> None:
    """Tell nobody."""


class NotFound(CannotRun):
    """The server has no such file."""


def fetch(
    wanted: Wanted, into: Path, limits: Limits, secrets: Secrets, tell: Progress
) -> Fetched | None:
    """Fetch a file; None when the server says that it is the one there is already.

    Every address on the way must be HTTPS. Raises CannotRun, without a secret in the message.
    """
    check_url(wanted.url)
    deadline = time.monotonic() + limits.seconds
    with _told(wanted, secrets), httpx.Client(timeout=limits.silence) as client:
        with _response(client, wanted, secrets) as response:
            if response.status_code == httpx.codes.NOT_MODIFIED:
                return None
            _require_ok(response, wanted)
            digest, size = hashlib.sha256(), 0
            with into.open("wb") as file:
                for piece in _pieces(response, limits, deadline):
                    file.write(piece)
                    digest.update(piece)
                    size += len(piece)
                    tell(size, _length(response))
        headers = response.headers
        return Fetched(digest.hexdigest(), size, headers.get("etag"), headers.get("last-modified"))


@contextmanager
def _told(wanted: Wanted, secrets: Secrets) -> Iterator[None]:
    """Turn what goes wrong on the way into a sentence about the address, its secrets masked."""
    try:
        yield
    except httpx.TimeoutException as error:
        raise CannotRun(f"{wanted.url}: nothing came for too long: try again later") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        said = secrets.mask(str(error)) or type(error).__name__
        remedy = "try again later"
        if _UNTRUSTED in said:
            remedy = "name the certificate of the authority that vouches for it in SSL_CERT_FILE"
        raise CannotRun(f"{wanted.url}: {said}: {remedy}") from error


@contextmanager
def _response(client: httpx.Client, wanted: Wanted, secrets: Secrets) -> Iterator[httpx.Response]:
    """The answer at the end of the redirects, its body still to come."""
    auth = None
    if wanted.user is not None and wanted.password is not None:
        auth = httpx.BasicAuth(secrets.value(wanted.user), secrets.value(wanted.password))
    request = client.build_request("GET", secrets.expand(wanted.url), headers=_headers(wanted))
    for _ in range(_MOST_REDIRECTS + 1):
        response = client.send(request, stream=True, auth=auth)
        try:
            if response.next_request is None:
                yield response
                return
            # It has the headers that may go to the new address: to another host no account.
            request, auth = response.next_request, None
        finally:
            response.close()
        if request.url.scheme != "https":
            message = f"it sends us to {without_query(str(request.url))}, which is not https"
            raise CannotRun(f"{wanted.url}: {message}: ask its owner")
    raise CannotRun(f"{wanted.url}: more than {_MOST_REDIRECTS} redirects: ask its owner")


def _headers(wanted: Wanted) -> dict[str, str]:
    said = {
        "user-agent": _AGENT,
        "accept-encoding": "identity",
        "if-none-match": wanted.etag,
        "if-modified-since": wanted.last_modified,
    }
    return {name: value for name, value in said.items() if value is not None}


def _require_ok(response: httpx.Response, wanted: Wanted) -> None:
    status = response.status_code
    if status == httpx.codes.OK:
        return
    said = f"{wanted.url}: the server answers {status} {response.reason_phrase}".rstrip()
    if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        raise CannotRun(f"{said}: check the account and its key or token")
    if status in (httpx.codes.NOT_FOUND, httpx.codes.GONE):
        raise NotFound(f"{said}: check the address and the edition")
    if status == httpx.codes.TOO_MANY_REQUESTS:
        after = response.headers.get("retry-after", "")
        when = f"after {after} seconds" if after.isdecimal() else "later"
        raise CannotRun(f"{said}: it was asked too often, try again {when}")
    raise CannotRun(f"{said}: try again later")


def _pieces(response: httpx.Response, limits: Limits, deadline: float) -> Iterator[bytes]:
    """The body as it was sent, up to the limits."""
    where = without_query(str(response.request.url))
    too_large = f"{where}: the file is larger than {limits.size} bytes: allow more with --max-size"
    if (_length(response) or 0) > limits.size:
        raise CannotRun(too_large)
    size = 0
    for piece in response.iter_raw():  # As they come: collected to a size, they could take forever.
        size += len(piece)
        if size > limits.size:
            raise CannotRun(too_large)
        if time.monotonic() > deadline:
            raise CannotRun(f"{where}: it took longer than {limits.seconds:g} s: try again later")
        yield piece


def _length(response: httpx.Response) -> int | None:
    said = response.headers.get("content-length", "")
    return int(said) if said.isdecimal() else None
