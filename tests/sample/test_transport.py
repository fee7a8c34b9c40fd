"""What a gateway must let through untouched works without one: uploads, WebSockets, headers."""

import hashlib
import time
from collections.abc import Iterator

import httpx
import pytest
from websockets.sync.client import connect

from tests.support.upstream import start_upstream

MEGABYTE = bytes(range(256)) * 4096


def megabytes(count: int) -> Iterator[bytes]:
    for _ in range(count):
        yield MEGABYTE


@pytest.fixture
def client(sample_upstream: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=sample_upstream, timeout=60) as client:
        yield client


def test_large_upload(client: httpx.Client) -> None:
    """50 MB in chunks of unknown total length are counted and hashed."""
    answer = client.post("/v1/files", content=megabytes(50)).raise_for_status().json()
    assert answer["bytes"] == 50 * 1024 * 1024
    assert answer["sha256"] == hashlib.sha256(MEGABYTE * 50).hexdigest()


def test_large_form(client: httpx.Client) -> None:
    """The same 50 MB as a form have the same hash."""
    form = {"file": ("big.bin", MEGABYTE * 50)}
    answer = client.post("/v1/files", files=form, data={"purpose": "batch"}).json()
    assert answer["bytes"] == 50 * 1024 * 1024
    assert answer["purpose"] == "batch"
    assert answer["sha256"] == hashlib.sha256(MEGABYTE * 50).hexdigest()


def test_websocket(sample_upstream: str) -> None:
    """A WebSocket sends every message back, text as text and bytes as bytes."""
    url = sample_upstream.replace("http://", "ws://") + "/v1/realtime"
    with connect(url) as socket:
        for message in ("where am I", b"\x00\xff", "", "x" * 1_000_000):
            socket.send(message)
            assert socket.recv(timeout=10) == message


def test_websocket_protocol(sample_upstream: str) -> None:
    """The first protocol on offer is chosen, so the key that a browser offers after it stays."""
    url = sample_upstream.replace("http://", "ws://") + "/v1/realtime"
    with connect(url, subprotocols=["realtime", "openai-insecure-api-key.secret"]) as socket:  # type: ignore[list-item]
        assert socket.subprotocol == "realtime"


def test_echo(client: httpx.Client) -> None:
    """The echo shows every header line, duplicates too, and the true peer whatever they claim."""
    sent = [("X-Twice", "1"), ("X-Twice", "2"), ("X-Forwarded-For", "192.0.2.1")]
    seen = client.get("/v1/echo?q=1", headers=sent).json()
    assert seen["headers"]["x-twice"] == "1, 2"
    assert [line for line in seen["header_lines"] if line[0] == "x-twice"] == [
        ["x-twice", "1"],
        ["x-twice", "2"],
    ]
    assert seen["peer"]["address"] == "127.0.0.1"
    assert (seen["path"], seen["query"]) == ("/v1/echo", "q=1")


def test_health(client: httpx.Client) -> None:
    """The health check answers without a key."""
    assert client.get("/healthz").json() == {"status": "ok"}


def test_kept_connection(client: httpx.Client) -> None:
    """Answers on a kept connection do not wait for the caller's delayed acknowledgement (40 ms)."""
    client.get("/healthz")
    begun = time.monotonic()
    for _ in range(50):
        client.get("/healthz")
    assert time.monotonic() - begun < 1


def test_hang_up(capfd: pytest.CaptureFixture[str]) -> None:
    """A caller that hangs up, mid-upload or mid-stream, leaves no traceback behind."""
    question = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "a " * 99}]}
    with start_upstream() as url:
        for method in ("upload", "stream"):
            with httpx.Client(base_url=url) as client:
                if method == "stream":
                    with client.stream("POST", "/v1/chat/completions", json=question) as answer:
                        next(answer.iter_lines())
                else:
                    with pytest.raises(ZeroDivisionError):
                        client.post("/v1/files", content=(MEGABYTE[: 9 // n] for n in (1, 0)))
        assert httpx.get(f"{url}/healthz").status_code == 200
    assert "Traceback" not in capfd.readouterr().err
