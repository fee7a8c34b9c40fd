"""Dates take effect at their instant, on open connections, with nobody alive to switch them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from tests.support.command import alive, running_up
from tests.support.gateway import AMERICA, CHINA, FRANCE, RUSSIA, played, running_gateway
from tests.support.policies import (
    LONG_AGO,
    exempt,
    network,
    organizations_csv,
    policy_text,
    stamp,
)

pytestmark = [pytest.mark.envoy, pytest.mark.slow]


@dataclass
class Watched:
    """What one client asks again and again on a connection that it keeps.

    `last_before` is when it asked for the last time in vain, `first_after` when it first got the
    other answer: the switch lies between.
    """

    client: httpx.Client
    before: int
    after: int
    last_before: float = 0
    first_after: float = 0

    def ask(self) -> None:
        """Ask once; every answer but the two expected ones, or a step back, is an error."""
        at = time.time()
        status = self.client.get("/v1/models").status_code
        if status == self.after:
            self.first_after = self.first_after or time.time()
        else:
            assert status == self.before
            assert not self.first_after
            self.last_before = at


def soon(seconds: float = 3) -> datetime:
    """A whole second that is at least so far ahead."""
    return (datetime.now(UTC) + timedelta(seconds=seconds + 1)).replace(microsecond=0)


def watch(watched: list[Watched], at: datetime, patience: float = 1.5) -> None:
    """Ask all of them until all have switched, and check when they did."""
    limit = at.timestamp() + patience
    while time.time() < limit and not all(one.first_after for one in watched):
        for one in watched:
            one.ask()
    for one in watched:
        assert 0 < one.last_before < at.timestamp()
        assert at.timestamp() <= one.first_after < at.timestamp() + 1


def client(url: str, address: str, **headers: str) -> httpx.Client:
    return httpx.Client(base_url=url, headers={**played(address), **headers}, timeout=10)


def test_every_kind_of_date(upstream: str, tmp_path: Path) -> None:
    """A list change, an exemption, an override and a suspension end or begin within a second."""
    at = soon()
    change = {"reason": "A test."}
    policy = policy_text(
        starts={"block": LONG_AGO, "suspend": LONG_AGO + timedelta(days=1)},
        supported={
            "add": [{"region": "CN", **change, "until": stamp(at)}],
            "remove": [{"region": "FR", **change, "from": stamp(at)}],
        },
        networks=[network("77.88.0.0/24", verdict="allow") | {"expires": stamp(at)}],
        organizations=[exempt("visitor", at)],
    )
    table = organizations_csv(
        [("visitor", "ordinary", "", "sk-visitor"), ("banned", "suspended", stamp(at), "sk-banned")]
    )
    with running_gateway(tmp_path, policy, organizations=table, upstream=upstream) as running:
        watched = [
            Watched(client(running.url, CHINA), 200, 403),
            Watched(client(running.url, FRANCE), 200, 403),
            Watched(client(running.url, "77.88.0.9"), 200, 403),
            Watched(client(running.url, RUSSIA, authorization="Bearer sk-visitor"), 200, 403),
            Watched(client(running.url, AMERICA, authorization="Bearer sk-banned"), 403, 200),
        ]
        watch(watched, at)
        coming = running.self_check(CHINA)
        assert (coming["verdict"], coming["next"]) == ("block", None)


def test_phases(upstream: str, tmp_path: Path) -> None:
    """Warning and block begin at their instants, and each is announced until it has come."""
    warn = soon(2)
    block = warn + timedelta(seconds=1)
    policy = policy_text(starts={"warn": warn, "block": block})
    with (
        running_gateway(tmp_path, policy, upstream=upstream) as running,
        running.client(CHINA) as kept,
    ):
        said: dict[str, tuple[float, float]] = {}
        while time.time() < block.timestamp() + 0.5:
            at = time.time()
            answer = kept.get("/v1/models")
            answered = time.time()
            phase = "block" if answer.status_code == 403 else "observe"
            if "x-region-access" in answer.headers:
                phase = "warn"
                assert stamp(block) in answer.headers["x-region-access"]
            said[phase] = (said.get(phase, (answered, at))[0], at)
        assert list(said) == ["observe", "warn", "block"]
        assert said["observe"][1] < warn.timestamp() <= said["warn"][0] < warn.timestamp() + 1
        assert said["warn"][1] < block.timestamp() <= said["block"][0] < block.timestamp() + 1


def test_control_process_dead(upstream: str, tmp_path: Path) -> None:
    """Envoy enforces and switches when `up` is killed; the next `up` finds it and goes on."""
    policy = tmp_path / "policy.yaml"
    policy.write_text(policy_text(starts={"warn": LONG_AGO}))
    arguments = ("--policy", policy, "--upstream", upstream)
    trust = ("--trust-forwarded-from", "127.0.0.0/8")
    with running_up(tmp_path, *arguments, *trust) as up:
        url, envoy = f"http://127.0.0.1:{up.port}", up.envoy_pid()
        with client(url, CHINA) as chinese, client(url, AMERICA) as american:
            assert chinese.get("/v1/models").status_code == 200
            at = soon(2)
            policy.write_text(policy_text(starts={"warn": LONG_AGO, "block": at}))
            up.publish(policy.read_text())
            up.kill()
            assert alive(envoy)
            assert american.get("/v1/models").status_code == 200
            watch([Watched(chinese, 200, 403)], at)
            with running_up(tmp_path, *arguments, *trust, port=up.port) as again:
                assert again.envoy_pid() == envoy
                assert "picked up" in again.printed()
                assert chinese.get("/v1/models").status_code == 403
                assert american.get("/v1/models").status_code == 200
        assert not alive(envoy)
