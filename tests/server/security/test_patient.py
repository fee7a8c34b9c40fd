"""The server waits for a request to begin, and not for ever."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from regiongate.server.head import Head
from regiongate.server.security import patient
from regiongate.server.serve import configured

PATIENCE = 0.2


async def _echo(scope: Any, receive: Any, send: Any) -> None:
    """Answer with the body, or refuse without reading it."""
    body = b""
    while scope["path"] != "/refused":
        message = await receive()
        body += message["body"]
        if not message["more_body"]:
            break
    length = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": length})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The port of a server that has little patience."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patient, "PATIENCE", PATIENCE)
        with socket.create_server(("127.0.0.1", 0)) as bound:
            server = uvicorn.Server(configured(Head(_echo)))
            thread = threading.Thread(target=server.run, args=([bound],))
            thread.start()
            while not server.started:
                time.sleep(0.01)
            yield bound.getsockname()[1]
            server.should_exit = True
            thread.join(10)


def _until_closed(port: int, *pieces: bytes) -> float:
    """Seconds until the server hangs up on somebody who sends pieces, a tenth of a second apart."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        begun = time.monotonic()
        for piece in pieces:
            line.sendall(piece)
            time.sleep(PATIENCE / 2)
        while line.recv(1 << 16):
            pass
        return time.monotonic() - begun


def test_whoever_says_nothing_is_hung_up_on(port: int) -> None:
    """A connection is a place that others need."""
    assert _until_closed(port) < 2


def test_headers_that_drip_are_waited_for_no_longer(port: int) -> None:
    """Not on a new connection, and not after an answer on an old one (slowloris)."""
    assert _until_closed(port, b"GET / HTTP/1.1\r\n", b"a: b\r\n") < 2
    first = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"
    assert _until_closed(port, first, b"GET / HT") < 2


def test_a_body_after_its_refusal_is_taken_for_a_while_only(port: int) -> None:
    """Nobody keeps a connection by sending on what nobody reads."""
    refused = b"POST /refused HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\n"
    assert _until_closed(port, refused, b"x", b"x") < 2


def test_a_body_may_take_longer_than_its_headers(port: int) -> None:
    """How long is for another to say; and the connection can be used again."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    line.putrequest("POST", "/")
    line.putheader("content-length", "2")
    line.endheaders(b"a")
    time.sleep(2 * PATIENCE)
    line.send(b"b")
    assert line.getresponse().read() == b"ab"
    line.request("GET", "/")
    assert line.getresponse().read() == b""
    line.close()


def test_a_head_on_the_wire_has_a_length_and_no_body(port: int) -> None:
    """What comes after it on the same connection is the next answer."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    for method, body in (("HEAD", b""), ("GET", b"abc"), ("HEAD", b"")):
        line.request(method, "/", body=b"abc")
        answer = line.getresponse()
        assert (answer.headers["content-length"], answer.read()) == ("3", body)
    line.close()
