"""`regiongate survey --save` and `--follow`, as a person runs them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from regiongate.cli.main import main
from regiongate.domain.sighting import Sighting
from regiongate.store.database import Database
from regiongate.store.sightings import Sightings
from tests.support.policies import policy_text

ADDRESSES = ("175.45.176.1", "1.1.1.1", "2400:cb00::1", "10.0.0.1", "5.255.255.5", "nowhere")
PROGRAM = [sys.executable, "-c", "from regiongate.cli.main import main; main()"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a policy and a gateway's log."""
    (tmp_path / "policy.yaml").write_text(policy_text())
    lines = [
        {
            "time": f"2026-06-0{day}T10:00:00.{number:03}Z",
            "request_id": f"{day}-{number}",
            "address": address,
            "organization": None if number == 2 else "acme",
            "key": "0123456789abcdef",
            "verdict": "allow",
            "generation": "1-abc",
        }
        for day in (1, 2)
        for number, address in enumerate(ADDRESSES)
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (tmp_path / "access.log").write_text(text + "broken\n")
    return tmp_path


def _stored(folder: Path, name: str) -> list[Sighting]:
    database = Database.open(f"sqlite:///{folder}/{name}")
    with database.reading() as connection:
        return list(Sightings(connection).all())


def _options(folder: Path, store: str) -> list[str]:
    store_url = f"sqlite:///{folder}/{store}"
    return ["--policy", str(folder / "policy.yaml"), "--store", store_url]


@pytest.mark.slow
def test_following_keeps_what_saving_keeps(folder: Path) -> None:
    """A log that is followed and the same log saved as a file leave the same sightings."""
    log = str(folder / "access.log")
    saving = ["survey", log, "--save", *_options(folder, "saved.db")]
    for kept, known in (("1 file", 0), ("0 files", 1)):
        found = CliRunner().invoke(main, saving)
        assert found.exit_code == 0, found.output
        assert f"of {kept}; those of {known} were kept before" in found.stderr
    command = [*PROGRAM, "survey", "--follow", log, *_options(folder, "followed.db")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as child:
        assert child.stderr is not None
        assert child.stderr.readline().startswith("Following")
        assert child.stderr.readline() == "13 lines, 3 rejected, 0 bytes behind\n"
        child.send_signal(signal.SIGINT)
        assert child.wait(60) == 0
    saved = _stored(folder, "saved.db")
    assert saved == _stored(folder, "followed.db")
    assert sum(one.requests for one in saved) == 10
    assert {one.network for one in saved if one.unsupported} >= {"175.45.176.0/24"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--follow", "--save"], "leave out --save"),
        (["--follow", "--json"], "leave out --json"),
        (["--follow", "b.log"], "follows one log"),
        (["--save", "--since", "2026-01-01", "--policy", "p.yaml"], "leave out --since"),
        ([], "Name the --policy"),
    ],
)
def test_options_that_do_not_fit(options: list[str], words: str) -> None:
    """An option that would be ignored, or is missing, is said to be."""
    found = CliRunner().invoke(main, ["survey", "a.log", *options])
    assert found.exit_code == 2
    assert words in found.output


def test_nothing_in_force(tmp_path: Path) -> None:
    """Without a policy, and where no gateway has run, there is nothing to place addresses by."""
    options = ["--follow", "--state", str(tmp_path)]
    found = CliRunner().invoke(main, ["survey", str(tmp_path / "a.log"), *options])
    assert found.exit_code == 2
    assert "no gateway has run" in found.output
