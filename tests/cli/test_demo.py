"""`regiongate demo`: the whole loop, from a log to an appeal that is granted."""

from __future__ import annotations

import email
import email.policy
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.ports import free_port


@pytest.mark.envoy
@pytest.mark.slow
def test_the_loop_turns_once(tmp_path: Path) -> None:
    """The commands find, warn, block, hear an appeal and end the block, and the trail is whole."""
    ports = [f"127.0.0.1:{free_port()}" for _ in range(3)]
    options = zip(("--listen", "--sample-listen", "--mailbox"), ports, strict=True)
    command = [sys.executable, "-c", "from regiongate.cli.main import main; main()", "demo"]
    named = [text for option in options for text in option]
    folder = tmp_path / "demo"
    run = _run([*command, "--folder", str(folder), "--seconds", "60", *named])
    if "this machine needs longer" in run.stderr:
        assert run.returncode == 2
        seconds = re.search(r"--seconds (\d+)", run.stderr)
        assert seconds is not None
        folder = tmp_path / "longer"
        run = _run([*command, "--folder", str(folder), "--seconds", seconds[1], *named])
    assert run.returncode == 0, run.stdout + run.stderr
    before, _, after = run.stdout.partition("The date has passed")
    for name in ("harbour", "longmen", "pars"):
        assert f"{name:<8} from " in before
    assert before.count(" 200 warn; ") == 3
    assert after.count(" 403 unsupported_country_region_territory") == 3
    assert "is served again" in after
    assert "events: whole." in after
    letters = [_letter(path) for path in sorted((folder / "outbox").glob("*.eml"))]
    assert len(letters) == 11
    assert {to for to, _ in letters} == {f"api@{n}.example" for n in ("harbour", "longmen", "pars")}
    assert len({identity for _, identity in letters}) == len(letters)


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command without what the environment of the tests says to it."""
    environment = {name: value for name, value in os.environ.items() if "REGIONGATE" not in name}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def _letter(path: Path) -> tuple[str, str]:
    """To whom a letter goes, and its Message-ID."""
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    return str(message["To"].addresses[0].addr_spec), str(message["Message-ID"])
