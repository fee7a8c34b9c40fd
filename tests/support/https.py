"""A server of files over HTTPS, with a certificate authority of its own, that can misbehave."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import ClassVar

import pytest
import trustme

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class HttpsServer:
    """A running server: what it answers by path, and what it was asked."""

    port: int
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, Message]] = field(default_factory=list)
    ended: Event = field(default_factory=Event)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"https://localhost:{self.port}"

    @property
    def other_url(self) -> str:
        """The same server under another name, which is another origin."""
        return f"https://127.0.0.1:{self.port}"

    def serve(self, path: str, body: bytes, **headers: str) -> str:
        """Answer a path with a body; gives the URL. Header names with `_` for `-`."""
        self.answers[path] = whole(body, **headers)
        return self.url + path

    def say(self, path: str, status: int, **headers: str) -> str:
        """Answer a path with a status and no more; gives the URL."""
        self.answers[path] = bare(status, **headers)
        return self.url + path


def whole(body: bytes, **headers: str) -> Answer:
    """An answer as it should be."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        _send_headers(request, {"content-length": str(len(body)), **headers})
        request.wfile.write(body)

    return answer


def bare(status: int, **headers: str) -> Answer:
    """An answer without a body."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        _send_headers(request, {"content-length": "0", **headers})

    return answer


def _send_headers(request: BaseHTTPRequestHandler, headers: dict[str, str]) -> None:
    for name, value in headers.items():
        request.send_header(name.replace("_", "-"), value)
    request.end_headers()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that leaves early is what some tests are about."""


@contextmanager
def https_server(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpsServer]:
    """A server whose certificate authority this process trusts, and no other."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "authority.pem"))
    monkeypatch.setenv("NO_PROXY", "localhost,127.0.0.1")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        found: ClassVar[HttpsServer]

        def do_GET(self) -> None:
            self.found.asked.append((self.path, self.headers))
            self.close_connection = True
            self.found.answers.get(self.path, bare(404))(self)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = _Server(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    Handler.found = HttpsServer(server.server_address[1])
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield Handler.found
    finally:
        Handler.found.ended.set()
        server.shutdown()
        server.server_close()
