"""`regiongate check` as its users run it."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from regiongate.cli.main import main
from regiongate.guard.check import wire
from regiongate.guard.check.counts import Counter
from tests.guard.small import files
from tests.support.bundles import write
from tests.support.command import REGIONGATE
from tests.support.gateway import CHINA
from tests.support.ports import free_port

_JULY = datetime(2026, 7, 1, tzinfo=UTC).timestamp()
_DAY = 86_400


def test_serve(tmp_path: Path) -> None:
    """The service says where it listens, answers, writes no address, and ends at a signal."""
    bundle = write(files(tmp_path / "made"), tmp_path / "bundle")
    port, grpc, counts = free_port(), free_port(), tmp_path / "counts.json"
    command = [*REGIONGATE, "check", "serve", "--bundle", str(bundle), "--counts", str(counts)]
    command += ["--listen", f"127.0.0.1:{port}", "--grpc-listen", f"127.0.0.1:{grpc}"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(2)]
        try:
            assert f"http://127.0.0.1:{port}: " in said[1], said
            answer = _patiently(f"http://127.0.0.1:{port}/v1/check")
            assert answer.json()["verdict"] == "block"
        finally:
            process.send_signal(signal.SIGTERM)
            rest = process.stdout.read()
            process.wait(60)
    assert CHINA not in "".join([*said, rest])
    done = CliRunner().invoke(main, ["check", "report", "--counts", str(counts), "--json"])
    assert json.loads(done.output)["requests"] == 1


def _patiently(url: str) -> httpx.Response:
    deadline = time.monotonic() + 10
    while True:
        try:
            return httpx.post(url, json={"address": CHINA})
        except httpx.TransportError:
            assert time.monotonic() < deadline
            time.sleep(0.05)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--bundle", "nowhere"), "neither a bundle nor the state directory"),
        (("--attested-by", "newsroom"), "--attested-by needs --counts"),
        (("--listen", "here"), "is not an address to listen on"),
        (("--trust-forwarded-from", "10.0.0.1/8"), "is not a network"),
    ],
)
def test_what_cannot_run(tmp_path: Path, options: tuple[str, ...], words: str) -> None:
    """What cannot be done is said with its remedy, and nothing is served."""
    bundle = write(files(tmp_path / "made"), tmp_path / "bundle")
    done = CliRunner().invoke(main, ["check", "serve", "--bundle", str(bundle), *options])
    assert done.exit_code == 2
    assert words in done.output


@pytest.fixture(name="counts")
def _counts(tmp_path: Path) -> Path:
    now = [_JULY]
    counter = Counter(tmp_path / "counts.json", lambda: now[0])
    for day, kind, requests in (
        (0, ("US", "", "supported", "allow"), 5),
        (1, ("CN", "", "unsupported", "block"), 3),
        (2, ("US", "CN", "supported", "allow"), 2),
    ):
        now[0] = _JULY + day * _DAY
        counter.note("example-api 1", [kind] * requests)
    counter.close()
    return tmp_path / "counts.json"


def test_report(counts: Path) -> None:
    """The report names a period, the policy, and requests by region and verdict."""
    done = CliRunner().invoke(main, ["check", "report", "--counts", str(counts)])
    assert done.output.splitlines()[:3] == [
        "10 requests from 2026-07-01 to 2026-07-03",
        "decided by: example-api 1",
        "",
    ]
    rows = [line.split() for line in done.output.splitlines()[4:]]
    assert ["US", "CN", "supported", "allow", "2"] in rows
    assert ["CN", "-", "unsupported", "block", "3"] in rows


def test_a_period(counts: Path) -> None:
    """Both days of a period are in it; one that ends before it begins is refused."""
    command = ["check", "report", "--counts", str(counts), "--json"]
    period = ["--since", "2026-07-02", "--until", "2026-07-03"]
    said = json.loads(CliRunner().invoke(main, [*command, *period]).output)
    assert (said["requests"], said["since"], said["until"]) == (5, "2026-07-02", "2026-07-03")
    backwards = ["--since", "2026-07-03", "--until", "2026-07-02"]
    assert CliRunner().invoke(main, [*command, *backwards]).exit_code == 2


def test_a_report_of_nothing(tmp_path: Path) -> None:
    """A file that is not there is an error, not a report of no requests."""
    done = CliRunner().invoke(main, ["check", "report", "--counts", str(tmp_path / "x")])
    assert (done.exit_code, "cannot be read" in done.output) == (2, True)


@pytest.mark.parametrize("data", [b"\x0a", b"\x0a\x05ab", b"\xff" * 11, b"\x0b\x00", b"\x09\x00"])
def test_a_message_that_is_none(data: bytes) -> None:
    """Bytes that are no message are refused, whatever they would make us read."""
    with pytest.raises(wire.BadMessage):
        wire.read_request(data)


def test_fields_that_are_not_known() -> None:
    """A newer Envoy may say more than is asked for; it is passed over."""
    said = wire.read_request(b"\x10\x96\x01\x19" + bytes(8) + b"\x25" + bytes(4))
    assert (said.peer, said.target, said.headers) == ("", "", {})
