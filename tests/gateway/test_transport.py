"""What an allowed client sends and gets passes the gateway untouched, and as it comes."""

from __future__ import annotations

import hashlib
import time
from dataclasses import replace
from pathlib import Path

import httpx
import openai
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from regiongate.compiler.envoy.settings import endpoint
from tests.support.gateway import (
    AMERICA,
    CHINA,
    Gateway,
    played,
    running_gateway,
)
from tests.support.policies import policy_text
from tests.support.ports import free_port
from tests.support.upstream import start_upstream

pytestmark = pytest.mark.envoy

MEGABYTE = bytes(range(256)) * 4096
WORDS = 20
PAUSE = 0.02


def test_stream(gateway: Gateway) -> None:
    """Each token of an allowed stream passes when it is made: the gateway collects nothing."""
    with openai.OpenAI(
        base_url=f"{gateway.url}/v1", api_key="any", default_headers=played(AMERICA)
    ) as client:
        begun = time.monotonic()
        stream = client.chat.completions.create(
            model="m", messages=[{"role": "user", "content": "word " * WORDS}], stream=True
        )
        arrivals = [time.monotonic() - begun for chunk in stream if chunk.choices[0].delta.content]
    paced = (len(arrivals) - 1) * PAUSE
    assert len(arrivals) == WORDS + 2  # "You said:" and the words.
    assert arrivals[-1] - arrivals[0] > 0.8 * paced
    assert arrivals[0] < arrivals[-1] - 0.8 * paced


def test_upload(gateway: Gateway) -> None:
    """50 MB of unknown total length arrive whole."""
    with gateway.client(AMERICA) as client:
        answer = client.post("/v1/files", content=(MEGABYTE for _ in range(50))).json()
    assert answer["bytes"] == 50 << 20
    assert answer["sha256"] == hashlib.sha256(MEGABYTE * 50).hexdigest()


def test_refused_upload(gateway: Gateway) -> None:
    """A refused upload is answered before it has been sent."""
    sent = 0

    def content() -> bytes:
        nonlocal sent
        sent += 1
        return MEGABYTE

    with gateway.client(CHINA) as client:
        try:
            answer = client.post("/v1/files", content=(content() for _ in range(200)))
            assert answer.status_code == 403
        except httpx.WriteError:
            pass  # The gateway closed while the client was still writing: refused all the same.
    assert sent < 200
    assert gateway.get(address=CHINA).status_code == 403


def test_websocket(gateway: Gateway) -> None:
    """A WebSocket of an allowed client opens and carries both ways."""
    url = gateway.url.replace("http://", "ws://") + "/v1/realtime"
    with connect(url, additional_headers=played(AMERICA)) as socket:
        for message in ("text", b"\x00\xff", "x" * 300_000):
            socket.send(message)
            assert socket.recv(timeout=10) == message


def test_refused_websocket(gateway: Gateway) -> None:
    """A WebSocket of a blocked client is refused with the status that a request would get."""
    url = gateway.url.replace("http://", "ws://") + "/v1/realtime"
    with pytest.raises(InvalidStatus) as refused:
        connect(url, additional_headers=played(CHINA))
    assert refused.value.response.status_code == 403
    assert refused.value.response.body is not None
    assert b"unsupported_country_region_territory" in refused.value.response.body


def test_http2(gateway: Gateway) -> None:
    """HTTP/2 without an upgrade passes and is refused like HTTP/1.1."""
    with httpx.Client(http1=False, http2=True, base_url=gateway.url) as client:
        allowed = client.get("/v1/models", headers=played(AMERICA))
        assert (allowed.http_version, allowed.status_code) == ("HTTP/2", 200)
        answers = [client.get("/v1/models", headers=played(CHINA)) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [403, 403]
        assert answers[0].json()["error"]["country"] == "CN"
        upload = client.post("/v1/files", content=MEGABYTE * 5, headers=played(AMERICA))
        assert upload.json()["bytes"] == 5 << 20


def test_ipv6_listener(upstream: str, tmp_path: Path) -> None:
    """A gateway listens on several addresses, IPv6 among them, and decides alike on each."""
    ports = [free_port("::1"), free_port()]
    listen = (endpoint(f"[::1]:{ports[0]}"), endpoint(f"127.0.0.1:{ports[1]}"))
    with running_gateway(tmp_path, policy_text(), upstream=upstream, listen=listen) as running:
        for where in listen:
            here = replace(running, settings=replace(running.settings, listen=(where,)))
            assert here.get(address=AMERICA).status_code == 200
            assert here.get(address=CHINA).status_code == 403
            seen = here.self_check()
            assert seen["address"] == where.host
            assert (seen["class"], seen["verdict"]) == ("private", "allow")


def test_what_the_upstream_sees(gateway: Gateway) -> None:
    """Path, query and the client's headers arrive as sent, with one address appended."""
    with gateway.client(AMERICA) as client:
        answer = client.get("/v1/echo?b=2&a=%2F1", headers={"X-Mine": "1", "x_under": "2"}).json()
    assert answer["path"] == "/v1/echo"
    assert answer["query"] == "b=2&a=%2F1"
    assert answer["headers"]["x-mine"] == "1"
    assert answer["headers"]["x_under"] == "2"
    # In place of a loopback peer Envoy names the address of its own host.
    assert answer["headers"]["x-forwarded-for"].split(",")[:-1] == [AMERICA]


def test_upstream_errors_pass(gateway: Gateway) -> None:
    """An error of the upstream, a 403 of its own included, is not rewritten."""
    answer = gateway.get("/v1/nothing", AMERICA)
    assert answer.status_code == 404
    assert "error" in answer.json()


def test_slow_upstream(tmp_path: Path) -> None:
    """A stream whose upstream pauses for long is not cut."""
    with (
        start_upstream(token_delay_ms=700) as slow,
        running_gateway(tmp_path, policy_text(), upstream=slow) as running,
        running.client(AMERICA) as client,
    ):
        question = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "a"}]}
        with client.stream("POST", "/v1/chat/completions", json=question) as answer:
            events = [line for line in answer.iter_lines() if line]
        assert events[-1] == "data: [DONE]"
        assert len(events) == 6
