"""Envoy's own counters by verdict and rule, from a real Envoy."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from regiongate.compiler.envoy.settings import upstream
from regiongate.gateway.state import State
from regiongate.server.observe import envoy
from tests.support.gateway import AMERICA, CHINA, Gateway, running_gateway
from tests.support.policies import policy_text

pytestmark = pytest.mark.envoy

COUNTER = "envoy_regiongate_requests"
NOBODY = "http://127.0.0.1:9"
FORGED = "x-regiongate-rule: forged\r\nx-regiongate-verdict: forged\r\n"
UNROUTED = {
    # What Envoy answers before it has taken our headers away, and with which status.
    "no path that can be normalized": (f"GET /%00 HTTP/1.1\r\nhost: a\r\n{FORGED}\r\n", b"400"),
    "no host": (f"GET /a HTTP/1.1\r\n{FORGED}\r\n", b"400"),
    "an old version": (f"GET /a HTTP/1.0\r\nhost: a\r\n{FORGED}\r\n", b"426"),
    "no URL": (f"GET * HTTP/1.1\r\nhost: a\r\n{FORGED}\r\n", b"400"),
    # gRPC reads an error from a header of its own, beside a status that says all is well.
    **{
        f"no path that can be normalized, of {kind}": (
            f"POST /%00 HTTP/1.1\r\nhost: a\r\ncontent-type: {kind}\r\n{FORGED}\r\n",
            b"200",
        )
        for kind in ("application/grpc", "application/grpc+proto")
    },
}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway that blocks, before an upstream that is not there."""
    folder = tmp_path_factory.mktemp("counted")
    with running_gateway(folder, policy_text(), upstream=NOBODY) as found:
        yield found


def _counted(gateway: Gateway) -> dict[tuple[str, str], float]:
    """Requests by verdict and rule."""
    text = envoy.counters(gateway.state)
    assert text is not None
    return {
        (sample.labels["verdict"], sample.labels["rule"]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if family.name == COUNTER and sample.name.startswith(COUNTER)
    }


def _grown(gateway: Gateway, before: Mapping[tuple[str, str], float], by: int) -> dict[str, float]:
    """How much each counter has grown, once all have grown by so much together."""
    deadline = time.monotonic() + 5
    while True:
        now = _counted(gateway)
        grown = {key: now[key] - before.get(key, 0) for key in now}
        if sum(grown.values()) >= by or time.monotonic() > deadline:
            return {" ".join(key): n for key, n in grown.items() if n}
        time.sleep(0.02)


def test_requests_are_counted_by_verdict_and_rule(gateway: Gateway) -> None:
    """Refused ones too, and those that the upstream does not answer."""
    before = _counted(gateway)
    for address in (CHINA, CHINA, AMERICA):
        gateway.get(address=address)
    rule = gateway.self_check(CHINA)["rule"]
    grown = _grown(gateway, before, 4)
    assert grown == {f"block {rule}": 3, f"allow {rule}": 1}


def test_the_public_pages_are_not_undecided(tmp_path: Path) -> None:
    """Nobody decides about them, and the alert about what no gate decided passes over them."""
    site = upstream(NOBODY)
    with running_gateway(tmp_path, policy_text(), upstream=NOBODY, site=site) as gateway:
        before = _counted(gateway)
        gateway.get("/region-access/check", CHINA)
        assert _grown(gateway, before, 1) == {" site": 1}
    alerts = (Path(__file__).parents[3] / "deploy" / "prometheus" / "alerts.yaml").read_text()
    assert '{verdict="",rule!="site"}' in alerts


def test_no_client_makes_a_counter(gateway: Gateway) -> None:
    """Envoy frees none, so a client that could name one would fill its memory."""
    before = _counted(gateway)
    for request, status in UNROUTED.values():
        with socket.create_connection(("127.0.0.1", gateway.port), timeout=5) as connection:
            connection.sendall(request.encode())
            assert connection.recv(100).split()[1] == status
    gateway.get(address=CHINA, x_regiongate_rule="forged")
    grown = _grown(gateway, before, 1)
    assert sum(grown.values()) == 1 and "forged" not in str(grown)
    assert "forged" not in (envoy.counters(gateway.state) or "")


def test_what_else_matters_is_there(gateway: Gateway) -> None:
    """Answers by class, the upstream, the log, what it did not take; and not hundreds more."""
    gateway.get(address=CHINA)
    text = envoy.counters(gateway.state) or ""
    names = {family.name for family in text_string_to_metric_families(text)}
    assert {
        "envoy_http_downstream_rq_xx",
        "envoy_http_downstream_cx_active",
        "envoy_cluster_upstream_cx_connect_fail",
        "envoy_filesystem_write_failed",
        "envoy_server_uptime",
    } <= names
    assert len(names) < 30


def test_where_no_envoy_answers(tmp_path: Path) -> None:
    """There is nothing to say, and nobody waits."""
    assert envoy.counters(State(tmp_path)) is None
