"""`regiongate up`, `explain`, `publish` and `down` as an operator meets them."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from regiongate.gateway.state import State
from tests.support.command import Up, alive, kill, processes_of, regiongate, running_up
from tests.support.gateway import AMERICA, CHINA, played
from tests.support.policies import FAR_AHEAD, LONG_AGO, policy_text, stamp
from tests.support.ports import free_port

pytestmark = [pytest.mark.envoy, pytest.mark.slow]

LOG_KEYS = {
    *("time", "request_id", "address", "country", "region", "class", "verdict", "rule"),
    *("organization", "key", "method", "host", "path", "status", "bytes", "duration_ms"),
    "generation",
}
EXPLAIN_KEYS = {
    *("address", "country", "region", "class", "verdict", "rule", "reason", "policy"),
    *("generation", "sources", "next"),
}
TRUST = ("--trust-forwarded-from", "127.0.0.0/8")


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A policy file that warns, and blocks far ahead."""
    path = tmp_path_factory.mktemp("policy") / "policy.yaml"
    path.write_text(policy_text(starts={"warn": LONG_AGO, "block": FAR_AHEAD}))
    return path


@pytest.fixture(scope="module")
def up(policy: Path, upstream: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A running `regiongate up` with the bundled sources."""
    folder = tmp_path_factory.mktemp("up")
    with running_up(folder, "--policy", policy, "--upstream", upstream, *TRUST) as running:
        yield running


def get(up: Up, path: str = "/v1/models", address: str | None = None) -> httpx.Response:
    return httpx.get(f"http://127.0.0.1:{up.port}{path}", headers=played(address), timeout=10)


def log_line(up: Up, request_id: str) -> dict[str, Any]:
    """The log line of a request, once it is written."""
    for _ in range(100):
        for line in (up.state / "log" / "access.log").read_text().splitlines():
            found: dict[str, Any] = json.loads(line)
            if found["request_id"] == request_id:
                return found
        time.sleep(0.02)
    raise AssertionError(f"no line of {request_id}")


def test_what_it_prints(up: Up, upstream: str) -> None:
    """It says what runs, the policy, the phase and next date, the age of the data, what to try."""
    printed = up.printed()
    assert f"http://127.0.0.1:{up.port} → {upstream}" in printed
    assert "example-api 1, list openai-2024-08" in printed
    assert f"warn; next date {stamp(FAR_AHEAD)}" in printed
    assert re.search(r"generation +1-[0-9a-f]{8}", printed)
    aged = re.findall(r"data +(\S+) of \S+, \d+ days old", printed)
    assert {"iptoasn", "geo-whois", "ipfire"} <= set(aged)
    assert f"curl -s http://127.0.0.1:{up.port}/.well-known/region-access" in printed
    assert "Ctrl-C stops everything" in printed


def test_stale_sources_are_alarms(up: Up) -> None:
    """The bundled data is of June 2026: its age is an alarm on the screen and in the metrics."""
    alarms = re.findall(r"ALARM +the source (\S+) is \d+ days old, stale since", up.printed())
    assert alarms == ["iptoasn", "geo-whois", "ipfire"]
    path = up.state / "metrics.prom"
    for _ in range(100):
        if path.exists():
            break
        time.sleep(0.05)
    metrics = path.read_text()
    assert f'generation="{State(up.state).current()}"' in metrics
    assert 'regiongate_source_stale{source="ipfire"} 1' in metrics


def test_log_line(up: Up) -> None:
    """A log line has the promised keys, with values of the right kinds."""
    answer = get(up, "/v1/models?key=1", CHINA)
    assert answer.status_code == 200
    line = log_line(up, answer.headers["x-request-id"])
    assert set(line) >= LOG_KEYS
    assert datetime.fromisoformat(line["time"]).utcoffset() is not None
    assert (line["address"], line["country"], line["region"]) == (CHINA, "CN", None)
    assert (line["class"], line["verdict"], line["would"]) == ("unsupported", "warn", "block")
    assert (line["organization"], line["key"]) == (None, None)
    assert (line["method"], line["path"], line["status"]) == ("GET", "/v1/models", 200)
    assert line["host"] == f"127.0.0.1:{up.port}"
    assert line["bytes"] == len(answer.content)
    assert isinstance(line["duration_ms"], int)
    assert line["generation"].startswith("1-")


def test_explain_address(up: Up) -> None:
    """`explain ADDRESS` answers by the running gateway's bundle, with the promised keys."""
    done = regiongate("explain", CHINA, "--state", up.state, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert set(found) >= EXPLAIN_KEYS
    assert (found["country"], found["region"], found["verdict"]) == ("CN", None, "warn")
    assert found["policy"] == {"name": "example-api", "version": "1"}
    assert found["generation"] == State(up.state).current()
    assert found["next"] == {"verdict": "block", "at": stamp(FAR_AHEAD)}
    assert [row["name"] for row in found["sources"]] == ["iptoasn", "geo-whois", "ipfire"]
    assert all({"name", "country", "date"} <= set(row) for row in found["sources"])
    seen = get(up, "/.well-known/region-access", CHINA).json()
    for key in ("address", "country", "region", "verdict", "rule", "class", "next", "generation"):
        assert seen[key] == found[key]


def test_explain_request(up: Up) -> None:
    """`explain --request-id` says of a request at once what was decided about it and why."""
    request_id = get(up, address=CHINA).headers["x-request-id"]
    time.sleep(0.5)
    done = regiongate("explain", "--request-id", request_id, "--state", up.state, "--json")
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert set(found) >= EXPLAIN_KEYS
    assert found["log"]["request_id"] == request_id
    assert (found["verdict"], found["address"]) == ("warn", CHINA)
    text = regiongate("explain", "--request-id", request_id, "--state", up.state).stdout
    assert f"{CHINA} (CN): warn. CN is not on the supported list" in text
    assert "CAUTION" not in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--request-id", "nobody"), "no request nobody in"),
        (("1.2.3",), "'1.2.3' is not an address"),
        ((CHINA, "--policy", "nothing.yaml"), "nothing.yaml cannot be read"),
        ((CHINA, "--bundle", "nothing"), "nothing is not a bundle"),
    ],
)
def test_explain_errors(up: Up, arguments: tuple[str, ...], said: str) -> None:
    """What cannot be explained is one sentence and exit code 2."""
    done = regiongate("explain", *arguments, "--state", up.state)
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_up_twice(up: Up, policy: Path, upstream: str) -> None:
    """A second `up` for the same state is told that one runs already."""
    done = regiongate(
        *("up", "--policy", policy, "--upstream", upstream, *TRUST),
        *("--listen", f"127.0.0.1:{up.port}", "--state", up.state),
    )
    assert done.returncode == 2
    assert "already runs" in done.stderr
    assert get(up).status_code == 200


def test_taken_port(up: Up, policy: Path, upstream: str, tmp_path: Path) -> None:
    """A taken port is one sentence and exit code 2, and nothing is left running."""
    done = regiongate(
        *("up", "--policy", policy, "--upstream", upstream),
        *("--listen", f"127.0.0.1:{up.port}", "--state", tmp_path / "state"),
    )
    assert done.returncode == 2
    assert f"cannot listen on 127.0.0.1:{up.port}" in done.stderr
    assert done.stderr.count("\n") == 1
    assert processes_of(tmp_path) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--listen", "nonsense"), "is not an address to listen on"),
        (("--upstream", "ftp://x"), "is not an upstream"),
        (("--trust-forwarded-from", "10.0.0.0/33"), "is not a network"),
        (("--organization-header", "x-org"), "needs --trust-forwarded-from"),
        (("--organization-claim", "org"), "belong together"),
        (("--jwks", "keys.json"), "belong together"),
        (("--proxy-protocol",), "--trust-forwarded-from"),
        (("--policy", "missing.yaml"), "cannot be read"),
        (("--state", "/proc/nobody/state"), "/proc/nobody/state"),
        (("--organizations", "missing.csv"), "cannot be read"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_bad_options(policy: Path, tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    """A wrong option is one sentence that names it, exit code 2, and nothing is started."""
    given = {"--policy": str(policy), "--state": str(tmp_path / "state")}
    given |= {"--listen": f"127.0.0.1:{free_port()}", "--upstream": "http://127.0.0.1:9"}
    name, *value = options
    arguments = [part for option in given.items() if option[0] != name for part in option]
    done = regiongate("up", *arguments, name, *value)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert processes_of(tmp_path) == []


def test_bad_policy(tmp_path: Path) -> None:
    """A bad policy is all of its problems, exit code 1, and nothing is started, sample included."""
    bad = tmp_path / "bad.yaml"
    bad.write_text(policy_text(location={"unknown": "perhaps"}, refusal={"dialect": "latin"}))
    where = ("--listen", f"127.0.0.1:{free_port()}", "--state", tmp_path / "state")
    done = regiongate("up", "--policy", bad, *where)
    assert done.returncode == 1
    assert len(re.findall(rf"{re.escape(str(bad))}:\d+:\d+: ", done.stdout + done.stderr)) == 2
    assert processes_of(tmp_path) == []


def test_failing_policy_test(tmp_path: Path) -> None:
    """A policy that fails its own tests does not start: exit code 1, and the test is named."""
    wrong = tmp_path / "wrong.yaml"
    test = {"region": "CN", "at": "2026-01-01", "verdict": "allow"}
    wrong.write_text(policy_text(tests=[test]))
    where = ("--listen", f"127.0.0.1:{free_port()}", "--state", tmp_path / "state")
    done = regiongate("up", "--policy", wrong, "--upstream", "http://127.0.0.1:9", *where)
    assert done.returncode == 1
    said = f"{wrong}:26:1: CN at 2026-01-01T00:00:00Z must allow, got block"
    assert said in done.stdout + done.stderr
    assert processes_of(tmp_path) == []


def test_publish_errors(up: Up, tmp_path: Path) -> None:
    """A policy with problems is not published: exit code 1, and the old generation stays."""
    before = State(up.state).current()
    bad = tmp_path / "bad.yaml"
    bad.write_text("format: regiongate/1\n")
    assert regiongate("publish", "--policy", bad, "--state", up.state).returncode == 1
    done = regiongate("publish", "--back-to", "99-00000000", "--state", up.state)
    assert done.returncode == 2
    assert "does not exist" in done.stderr
    nobody = regiongate("publish", "--policy", bad, "--state", tmp_path / "nobody")
    assert nobody.returncode == 2
    assert "no gateway has run" in nobody.stderr
    assert State(up.state).current() == before


def test_envoy_dies(up: Up) -> None:
    """`up` starts a dead Envoy again with what was in force."""
    before, generation = up.envoy_pid(), State(up.state).current()
    kill(before)
    for _ in range(200):
        events = [json.loads(line) for line in (up.state / "log" / "events.log").open()]
        if events[-1]["event"] == "envoy-restarted":
            break
        time.sleep(0.05)
    assert up.envoy_pid() != before
    assert State(up.state).current() == generation
    assert [event["event"] for event in events[-2:]] == ["envoy-died", "envoy-restarted"]
    assert "x-region-access" in get(up, address=CHINA).headers
    assert "Envoy died" in up.printed()


def test_the_whole_round(policy: Path, tmp_path: Path, upstream: str) -> None:
    """A killed `up` is picked up unchanged by the next; Ctrl-C then stops everything it started."""
    arguments = ("--policy", policy, "--upstream", upstream, *TRUST)
    with running_up(tmp_path, *arguments) as first:
        envoy, generation = first.envoy_pid(), State(first.state).current()
        first.kill()
        assert alive(envoy)
        with running_up(tmp_path, *arguments, port=first.port) as second:
            assert second.envoy_pid() == envoy
            assert State(second.state).current() == generation
            assert "picked up" in second.printed()
            assert get(second, address=AMERICA).status_code == 200
            assert second.interrupt() == 0
            assert "stopping" in second.printed()
        assert processes_of(tmp_path) == []
        with socket.socket() as free:
            free.bind(("127.0.0.1", first.port))
        done = regiongate("down", "--state", first.state)
        assert done.returncode == 0


def test_other_settings(up: Up, policy: Path, tmp_path: Path, upstream: str) -> None:
    """A gateway that outlived its `up` is not taken over by other settings; `down` stops it."""
    with running_up(tmp_path, "--policy", policy, "--upstream", upstream, *TRUST) as first:
        first.kill()
        done = regiongate(
            *("up", "--policy", policy, "--upstream", upstream),
            *("--listen", f"127.0.0.1:{first.port}", "--state", first.state),
        )
        assert done.returncode == 2
        assert "other settings" in done.stderr
        assert alive(first.envoy_pid())
        assert regiongate("down", "--state", first.state).returncode == 0
        assert processes_of(tmp_path) == []


def test_down_ends_up(policy: Path, tmp_path: Path, upstream: str) -> None:
    """`down` ends the `up` that watches over the gateway too, so that nothing starts it again."""
    with running_up(tmp_path, "--policy", policy, "--upstream", upstream, *TRUST) as first:
        done = regiongate("down", "--state", first.state)
        assert (done.returncode, done.stdout) == (0, f"The gateway in {first.state} is stopped.\n")
        late = regiongate("publish", "--policy", policy, "--state", first.state)
        assert late.returncode == 2
        assert "no gateway runs in" in late.stderr
        assert "start one with `regiongate up`" in late.stderr
        assert first.process.wait(timeout=60) == 0
        assert processes_of(tmp_path) == []


def test_the_port_of_the_sample_api_is_taken(tmp_path: Path) -> None:
    """One sentence says which option chooses another."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        sample = f"127.0.0.1:{taken.getsockname()[1]}"
        where = ("--listen", f"127.0.0.1:{free_port()}", "--state", tmp_path / "state")
        done = regiongate("up", "--sample-listen", sample, *where)
    assert done.returncode == 2
    assert f"the sample API cannot listen on {sample}" in done.stderr
    assert "--sample-listen" in done.stderr
