"""What the middleware does to the protocols themselves: streams, handshakes, sockets, spellings."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from regiongate.guard.asgi import RegionGate
from regiongate.guard.wsgi import RegionGate as WsgiGate
from regiongate.sample.app import make_app
from tests.guard import serving
from tests.guard.small import files
from tests.support.bundles import write
from tests.support.gateway import AMERICA, CHINA, played
from tests.support.policies import FAR_AHEAD, LONG_AGO


@pytest.fixture(name="bundle", scope="module")
def _bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("protocols")
    return write(files(folder), folder / "bundle")


@pytest.fixture(name="warning", scope="module")
def _warning(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("warning")
    return write(files(folder, starts={"warn": LONG_AGO, "block": FAR_AHEAD}), folder / "bundle")


@pytest.fixture(name="port", scope="module")
def _port(bundle: Path) -> Iterator[int]:
    with serving.asgi(RegionGate(make_app(), bundle)) as port:
        yield port


def _scope(kind: str, peer: str | None, *headers: tuple[bytes, bytes]) -> dict[str, Any]:
    client = None if peer is None else (peer, 50000)
    asked = {"type": kind, "method": "GET", "path": "/v1/models", "query_string": b""}
    return {**asked, "headers": list(headers), "client": client}


def _ask(app: Any, scope: dict[str, Any]) -> list[dict[str, Any]]:
    """Everything that an ASGI application sends."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": f"{scope['type']}.connect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    return sent


def test_a_refused_handshake(port: int) -> None:
    """A WebSocket of a blocked client is refused before it opens, in the words of the policy."""
    with (
        pytest.raises(InvalidStatus) as refused,
        connect(f"ws://127.0.0.1:{port}/v1/realtime", additional_headers=played(CHINA)),
    ):
        pass
    answer = refused.value.response
    assert (answer.status_code, json.loads(answer.body or b"")["error"]["country"]) == (403, "CN")


def test_an_accepted_handshake(port: int) -> None:
    """An allowed client's WebSocket goes through, both ways."""
    url = f"ws://127.0.0.1:{port}/v1/realtime"
    with connect(url, additional_headers=played(AMERICA)) as socket:
        socket.send("hello")
        assert socket.recv() == "hello"


def test_a_server_without_denials(bundle: Path) -> None:
    """Where the server cannot answer a handshake, it is closed before it is accepted."""
    gate = RegionGate(make_app(), bundle)
    scope = _scope("websocket", "127.0.0.1", (b"x-forwarded-for", CHINA.encode()))
    assert _ask(gate, scope) == [{"type": "websocket.close", "code": 1008}]


def test_a_handshake_is_warned(warning: Path) -> None:
    """The headers of a warning stand on the answer that accepts a WebSocket."""

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept", "headers": [(b"link", b"<a>")]})

    scope = _scope("websocket", "127.0.0.1", (b"x-forwarded-for", CHINA.encode()))
    (accepted,) = _ask(RegionGate(app, warning), scope)
    names = [name for name, _ in accepted["headers"]]
    assert {b"sunset", b"x-region-access"} <= set(names)
    assert names.count(b"link") == 2


def test_bodies_are_not_touched(bundle: Path) -> None:
    """Every part of a streamed answer goes on as the very object that the API sent, at once."""
    parts = [{"type": "http.response.body", "body": bytes([n]), "more_body": n < 3} for n in (1, 2)]

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for part in parts:
            await send(part)

    _, *sent = _ask(RegionGate(app, bundle), _scope("http", "8.8.8.8"))
    assert all(one is other for one, other in zip(sent, parts, strict=True))


def test_a_generator_of_wsgi_is_handed_on(bundle: Path) -> None:
    """A WSGI answer is the iterable of the API itself, which the server reads as it comes."""
    body = iter([b"one", b"two"])
    begun: list[Any] = []

    def app(_environ: Any, start_response: Any) -> Any:
        start_response("200 OK", [])
        return body

    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/v1/models", "REMOTE_ADDR": "8.8.8.8"}
    answer = WsgiGate(app, bundle)(environ, lambda *said: begun.append(said))  # type: ignore[arg-type]
    assert answer is body
    assert begun[0][0] == "200 OK"


def test_a_peer_without_an_address(bundle: Path) -> None:
    """Behind a Unix socket nothing is decided, until somebody says how many proxies there are."""
    scope = _scope("http", None, (b"x-forwarded-for", AMERICA.encode()))
    start, body = _ask(RegionGate(make_app(), bundle), scope)
    assert (start["status"], json.loads(body["body"])["code"]) == (500, "undecided")
    start, *_ = _ask(RegionGate(make_app(), bundle, trusted_hops=1), scope)
    assert start["status"] != 500


def test_whom_to_believe_can_be_said(bundle: Path) -> None:
    """`trusted` stands instead of the proxies that the bundle's gateway believes."""
    scope = _scope("http", "127.0.0.1", (b"x-forwarded-for", CHINA.encode()))
    gate = RegionGate(make_app(), bundle, trusted=["10.0.0.0/8"])
    assert _ask(gate, scope)[0]["status"] != 403
    assert _ask(RegionGate(make_app(), bundle), scope)[0]["status"] == 403


@pytest.mark.parametrize("name", [b"x-regiongate-verdict", b"x_regiongate_verdict"])
def test_no_spelling_of_our_names_reaches_the_api(bundle: Path, name: bytes) -> None:
    """CGI and WSGI make one variable of `-` and `_`, so a client's twin of our header goes too."""
    seen: list[Any] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        seen.extend(scope["headers"])

    _ask(RegionGate(app, bundle), _scope("http", "8.8.8.8", (name, b"spoofed")))
    assert b"spoofed" not in dict(seen).values()
    assert dict(seen)[b"x-regiongate-verdict"] == b"allow"
