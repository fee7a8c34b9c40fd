"""Fetching a file over HTTPS from servers that behave, and from those that do not."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from regiongate.domain.errors import CannotRun
from regiongate.geo.store.checksum import sha256_in
from regiongate.geo.store.fetch import Fetched, Limits, NotFound, Wanted, fetch, silent
from regiongate.geo.store.secrets import Secrets, check_url, without_query
from tests.support.https import HttpsServer, bare, https_server

BODY = bytes(range(256)) * 1000
LIMITS = Limits(size=1 << 20, silence=5, seconds=10)
ENVIRONMENT = {"TOKEN": "s3cr3t/token", "ACCOUNT": "12345", "KEY": "k3y"}


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpsServer]:
    """A server of its own for each test."""
    with https_server(tmp_path, monkeypatch) as found:
        yield found


def get(
    wanted: Wanted | str, into: Path, limits: Limits = LIMITS, secrets: Secrets | None = None
) -> Fetched | None:
    wanted = Wanted(wanted) if isinstance(wanted, str) else wanted
    return fetch(wanted, into / "file", limits, secrets or Secrets(ENVIRONMENT), silent)


def test_what_is_known_of_a_file(server: HttpsServer, tmp_path: Path) -> None:
    """The file lies there, with its digest, its size and what the server says of it."""
    when = "Wed, 17 Jun 2026 19:00:00 GMT"
    url = server.serve("/a.mmdb", BODY, etag='"one"', last_modified=when)
    told: list[tuple[int, int | None]] = []
    secrets = Secrets({})
    found = fetch(Wanted(url), tmp_path / "file", LIMITS, secrets, lambda *s: told.append(s))
    assert (tmp_path / "file").read_bytes() == BODY
    assert found == Fetched(hashlib.sha256(BODY).hexdigest(), len(BODY), '"one"', when)
    assert found.date == date(2026, 6, 17)
    assert told[-1] == (len(BODY), len(BODY))
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_a_file_that_is_there_already_is_not_sent_again(
    server: HttpsServer, tmp_path: Path
) -> None:
    """The server is told what is there, and its 304 is believed."""
    url = server.say("/a.mmdb", 304)
    assert get(Wanted(url, etag='"one"', last_modified="yesterday"), tmp_path) is None
    (_, headers) = server.asked[0]
    assert headers["if-none-match"] == '"one"'
    assert headers["if-modified-since"] == "yesterday"
    assert headers["user-agent"].startswith("regiongate/")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://localhost/a", "write https"),
        ("ftp://localhost/a", "not an address to fetch from"),
        ("file:///etc/passwd", "not an address to fetch from"),
        ("https:///a", "not an address to fetch from"),
        ("https://localhost:x/a", "is not a URL"),
        ("https://me:pa55word@localhost/a", "--user-from"),
        ("https://localhost/a?token=pa55word", "token=${VARIABLE}"),
        ("https://localhost/a?x=1&license_key=pa55word", "license_key=${VARIABLE}"),
        ("http://localhost/a?api_key=pa55word", "write https"),
    ],
)
def test_addresses_that_are_refused(url: str, said: str) -> None:
    """Only HTTPS will do, and a secret that is written out is refused without being repeated."""
    with pytest.raises(CannotRun) as caught:
        check_url(url)
    assert said in str(caught.value)
    assert "pa55word" not in str(caught.value)


def test_secrets_come_from_the_environment(server: HttpsServer, tmp_path: Path) -> None:
    """A variable in the URL is put in and quoted; an account is sent as Basic authentication."""
    server.serve("/a?token=s3cr3t%2Ftoken", BODY)
    get(Wanted(f"{server.url}/a?token=${{TOKEN}}", "ACCOUNT", "KEY"), tmp_path)
    (path, headers) = server.asked[0]
    assert path == "/a?token=s3cr3t%2Ftoken"
    assert headers["authorization"] == "Basic MTIzNDU6azN5"


def test_a_secret_that_is_not_set(server: HttpsServer, tmp_path: Path) -> None:
    """Nothing is asked without it, and the variable is named."""
    with pytest.raises(CannotRun, match="the variable NOBODY is not set"):
        get(f"{server.url}/a?token=${{NOBODY}}", tmp_path)
    assert server.asked == []


@pytest.mark.parametrize(
    ("status", "headers", "said"),
    [
        (401, {}, "check the account"),
        (403, {}, "check the account"),
        (404, {}, "check the address"),
        (410, {}, "check the address"),
        (429, {"retry_after": "120"}, "try again after 120 seconds"),
        (429, {}, "try again later"),
        (500, {}, "500 Internal Server Error: try again later"),
        (503, {}, "try again later"),
        (204, {}, "204"),
        (206, {}, "206"),
        (304, {}, None),
    ],
)
def test_what_a_server_answers_instead(
    server: HttpsServer, tmp_path: Path, status: int, headers: dict[str, str], said: str | None
) -> None:
    """Each is told with what to do, and no secret is in it."""
    server.say("/a?token=s3cr3t%2Ftoken", status, **headers)
    wanted = Wanted(f"{server.url}/a?token=${{TOKEN}}", "ACCOUNT", "KEY")
    if said is None:
        assert get(wanted, tmp_path) is None
        return
    with pytest.raises(CannotRun) as caught:
        get(wanted, tmp_path)
    message = str(caught.value)
    assert said in message
    assert "token=${TOKEN}" in message
    assert not [secret for secret in ("s3cr3t", "k3y") if secret in message]
    assert isinstance(caught.value, NotFound) == (status in (404, 410))


def test_redirects_are_followed_without_the_account(server: HttpsServer, tmp_path: Path) -> None:
    """To another host neither the account goes, nor does its URL into a message."""
    server.serve("/b?signature=abc", BODY)
    server.say("/a", 302, location=f"{server.other_url}/b?signature=abc")
    assert get(Wanted(f"{server.url}/a", "ACCOUNT", "KEY"), tmp_path) is not None
    assert server.asked[0][1]["authorization"] is not None
    assert server.asked[1][1]["authorization"] is None
    server.say("/b?signature=abc", 500)
    with pytest.raises(CannotRun) as caught:
        get(Wanted(f"{server.url}/a", "ACCOUNT", "KEY"), tmp_path)
    assert "abc" not in str(caught.value)


@pytest.mark.parametrize("where", ["http://localhost:1/a?signature=abc", "ftp://localhost/a"])
def test_a_redirect_to_something_else_is_not_followed(
    server: HttpsServer, tmp_path: Path, where: str
) -> None:
    """Also on the second step only HTTPS will do."""
    server.say("/a", 302, location=where)
    with pytest.raises(CannotRun, match=r"ask its owner|try again") as caught:
        get(f"{server.url}/a", tmp_path)
    assert "abc" not in str(caught.value)
    assert len(server.asked) == 1


def test_redirects_in_a_circle_end(server: HttpsServer, tmp_path: Path) -> None:
    """After a few of them."""
    server.say("/a", 302, location="/a")
    with pytest.raises(CannotRun, match="more than 5 redirects"):
        get(f"{server.url}/a", tmp_path)


def test_a_body_cut_short(server: HttpsServer, tmp_path: Path) -> None:
    """A server that promises more than it sends has not sent the file."""

    def lie(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("content-length", str(2 * len(BODY)))
        request.end_headers()
        request.wfile.write(BODY)

    server.answers["/a"] = lie
    with pytest.raises(CannotRun, match="try again later"):
        get(f"{server.url}/a", tmp_path)


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_that_is_too_large(server: HttpsServer, tmp_path: Path, announced: bool) -> None:
    """It is refused before it comes when the server says so, else as soon as it is too much."""

    def flood(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        if announced:
            request.send_header("content-length", str(1 << 40))
        request.end_headers()
        while not server.ended.is_set():
            request.wfile.write(bytes(1 << 16))

    server.answers["/a"] = flood
    with pytest.raises(CannotRun, match=r"larger than 100000 bytes: allow more with --max-size"):
        get(f"{server.url}/a", tmp_path, Limits(size=100_000))
    assert (tmp_path / "file").stat().st_size <= 100_000


@pytest.mark.parametrize("before", [True, False])
def test_a_server_that_stalls(server: HttpsServer, tmp_path: Path, before: bool) -> None:
    """Before its answer or in the middle of it: it is not waited for without end."""

    def stall(request: BaseHTTPRequestHandler) -> None:
        if not before:
            request.send_response(200)
            request.send_header("content-length", "1000")
            request.end_headers()
            request.wfile.write(b"x")
        server.ended.wait(30)

    server.answers["/a"] = stall
    begun = time.monotonic()
    with pytest.raises(CannotRun, match="nothing came for too long"):
        get(f"{server.url}/a", tmp_path, Limits(size=1 << 20, silence=0.2, seconds=60))
    assert time.monotonic() - begun < 20


def test_a_server_that_trickles(server: HttpsServer, tmp_path: Path) -> None:
    """Never silent, and never done: the whole has a limit too."""

    def trickle(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        while not server.ended.wait(0.02):
            request.wfile.write(b"x")

    server.answers["/a"] = trickle
    with pytest.raises(CannotRun, match=r"longer than 0\.4 s"):
        get(f"{server.url}/a", tmp_path, Limits(size=1 << 20, silence=60, seconds=0.4))


def test_a_server_that_nobody_vouches_for(
    server: HttpsServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without its authority among those trusted, nothing is fetched."""
    url = server.serve("/a", BODY)
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(CannotRun, match=r"certificate verify failed.*in SSL_CERT_FILE"):
        get(url, tmp_path)


def test_a_server_that_is_not_there(server: HttpsServer, tmp_path: Path) -> None:
    """One sentence with the address."""
    with pytest.raises(CannotRun, match=r"https://localhost:1/a: .*try again later"):
        get("https://localhost:1/a", tmp_path)


def test_bytes_are_kept_as_they_were_sent(server: HttpsServer, tmp_path: Path) -> None:
    """What a server calls an encoding is the file itself for some; the digest is of the bytes."""
    server.serve("/a.gz", BODY, content_encoding="gzip")
    found = get(f"{server.url}/a.gz", tmp_path)
    assert found is not None
    assert found.sha256 == hashlib.sha256(BODY).hexdigest()


DIGEST = "aB" * 32


@pytest.mark.parametrize(
    "text",
    [
        DIGEST,
        f"{DIGEST}  GeoLite2-Country_20260616.tar.gz\n",
        f'{{"checksums": {{"md5": "00", "sha1": "11", "sha256": "{DIGEST}"}}}}',
        f'{{"sha256": "{DIGEST}"}}',
    ],
)
def test_checksum_files(text: str) -> None:
    """Makers write a digest in three ways."""
    assert sha256_in(text.encode(), "here") == DIGEST.lower()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "NO PERMISSION",
        DIGEST[:-1],
        f"{DIGEST} {'cd' * 32}",
        "{}",
        '{"sha256": null}',
        "[" * 9999,
    ],
)
def test_a_checksum_file_without_a_digest(text: str) -> None:
    """It is no checksum, so nothing is believed."""
    with pytest.raises(CannotRun, match="here names no SHA-256 digest"):
        sha256_in(text.encode(), "here")


def test_masking() -> None:
    """What has been used is never shown, quoted or not, the longest first."""
    secrets = Secrets({"A": "abc/", "B": "abc/def"})
    assert secrets.expand("${A}${B}") == "abc%2Fabc%2Fdef"
    assert secrets.mask("at abc/def and abc%2F!") == "at ${B} and ${A}!"
    assert without_query("https://me:x@host/path?q=1#f") == "https://host/path"


def test_nothing_but_redirects_has_a_next_step(server: HttpsServer, tmp_path: Path) -> None:
    """A redirect that leads nowhere is told as the answer that it is."""
    server.answers["/a"] = bare(302)
    with pytest.raises(CannotRun, match="302"):
        get(f"{server.url}/a", tmp_path)
