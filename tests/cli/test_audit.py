"""`regiongate audit` as people use it, and `regiongate organization erase`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from regiongate.cli.main import main
from regiongate.cli.organization_erase import erase
from regiongate.domain.role import Person, Role
from regiongate.store.database import Database, default_url
from regiongate.store.people import People
from tests.support.audit_trails import AT, fill, meddle
from tests.support.cases import know

Run = Callable[..., Result]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state directory whose store knows two people and an organization, with eight events."""
    folder = tmp_path / "state"
    database = Database.open(default_url(folder))
    with database.writing() as connection:
        People(connection).add(Person("root", Role.ADMIN), AT, "regiongate")
        People(connection).add(Person("vera", Role.VIEWER), AT, "regiongate")
    know(database, "acme", at=AT)
    fill(database, 4)
    fill(database, 2, "globex")
    database.close()
    return folder


@pytest.fixture
def run(state: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on the state directory."""
    monkeypatch.delenv("REGIONGATE_STORE", raising=False)
    monkeypatch.delenv("REGIONGATE_PERSON", raising=False)

    def invoke(*words: str | Path) -> Result:
        return CliRunner().invoke(main, [*map(str, words), "--state", str(state)])

    return invoke


def _json(result: Result) -> Any:
    return json.loads(result.stdout)


def _meddle(state: Path, *statements: str) -> None:
    database = Database.open(default_url(state))
    meddle(database, *statements)
    database.close()


def test_show_filters_and_counts(run: Run) -> None:
    """The last events are shown, those that were asked for, the oldest first."""
    assert run("audit", "show").output.count("case:noted") == 6
    found = _json(run("audit", "show", "--organization", "acme", "--last", "2", "--json"))
    assert [event["number"] for event in found] == [5, 6]
    assert found[0]["detail"]["words"] == "the 3th word, naïve"
    tagged = _json(run("audit", "show", "--tag", "person:added", "--all", "--json"))
    assert [event["number"] for event in tagged] == [1, 2]
    assert "there is no case 9" in run("audit", "show", "--case", "9").output


def test_verify_says_what_is_wrong(run: Run, state: Path) -> None:
    """A sound trail ends with 0; a broken one with 1 and a line for each trouble."""
    fine = run("audit", "verify")
    assert (fine.exit_code, fine.output) == (0, "8 events: whole.\n")
    _meddle(state, "UPDATE audit_event SET tag = 'case:found' WHERE number = 4")
    wrong = run("audit", "verify")
    assert wrong.exit_code == 1
    assert wrong.stderr == "event 4 is not what was written: its hash differs\n"
    assert wrong.stdout == "8 events: 1 wrong.\n"
    said = _json(run("audit", "verify", "--json"))
    assert [(one["number"], one["wrong"]) for one in said["troubles"]] == [(4, "changed")]


def test_an_export_is_verified_without_the_store(run: Run, tmp_path: Path) -> None:
    """An export needs the key only; what is changed in it is named."""
    out = tmp_path / "audit.jsonl"
    made = run("audit", "export", "--as", "root", "--out", out)
    assert made.exit_code == 0
    assert out.stat().st_mode & 0o777 == 0o600
    key = run("audit", "key").stdout.strip()
    assert run("audit", "verify", out, "--key", key).output == "8 events: whole.\n"
    lines = out.read_text("utf-8").splitlines(keepends=True)
    del lines[2]
    out.write_text("".join(lines), "utf-8")
    found = run("audit", "verify", out, "--key", key)
    assert found.exit_code == 1
    assert found.stderr == "event 3 of the chain: removed\n"


def test_an_export_without_its_head_is_not_whole(run: Run, tmp_path: Path) -> None:
    """Who cuts the end of an export has to cut the signed head, which is told."""
    lines = run("audit", "export", "--as", "root").stdout.splitlines(keepends=True)
    out = tmp_path / "audit.jsonl"
    out.write_text("".join(lines[:5]), "utf-8")
    key = run("audit", "key").stdout.strip()
    found = run("audit", "verify", out, "--key", key)
    assert (found.exit_code, "no signed head" in found.stderr) == (1, True)


def test_an_export_of_somebody_else(run: Run, tmp_path: Path) -> None:
    """Without a key an export is not believed; with another key its head is signed by nobody."""
    out = tmp_path / "audit.jsonl"
    run("audit", "export", "--as", "root", "--out", out)
    assert "say --key" in run("audit", "verify", out).output
    found = run("audit", "verify", out, "--key", "0" * 63 + "1")
    assert (found.exit_code, "not signed by this key" in found.stderr) == (1, True)
    assert "is no public key" in run("audit", "verify", out, "--key", "mine").output


def test_lines_that_are_no_export(run: Run, tmp_path: Path) -> None:
    """All lines that cannot be read are told with their places, before anything is verified."""
    out = tmp_path / "audit.jsonl"
    run("audit", "export", "--as", "root", "--out", out)
    lines = out.read_text("utf-8").splitlines(keepends=True)
    lines[1], lines[3] = "nonsense\n", '{"number": 4}\n'
    out.write_text("".join([*lines, lines[0]]), "utf-8")
    found = run("audit", "verify", out, "--key", "0" * 64)
    assert found.exit_code == 1
    places = [line.split(": ")[0] for line in found.stderr.splitlines()]
    assert places == [f"{out}:2:1", f"{out}:4:1", f"{out}:10:1"]


def test_an_export_is_for_approvers_and_admins(run: Run, tmp_path: Path) -> None:
    """A viewer does not carry the trail out of the house, and no file is written over."""
    out = tmp_path / "audit.jsonl"
    found = run("audit", "export", "--as", "vera", "--out", out)
    assert (found.exit_code, out.exists()) == (2, False)
    assert "vera is viewer" in found.output
    out.write_text("mine")
    assert "File exists" in run("audit", "export", "--as", "root", "--out", out).output
    assert out.read_text() == "mine"


def test_a_head_from_before_finds_a_mended_cut(run: Run, state: Path, tmp_path: Path) -> None:
    """A cut end whose head was mended is sound in itself, and not against a signed head."""
    head = tmp_path / "head.json"
    head.write_text(run("audit", "head").stdout)
    assert run("audit", "verify", "--head", head).exit_code == 0
    _meddle(
        state,
        "DELETE FROM audit_event WHERE number > 6",
        "DELETE FROM audit_content WHERE number > 6",
        "UPDATE audit_head SET number = 6, hash = (SELECT hash FROM audit_event WHERE number = 6)",
    )
    assert run("audit", "verify").exit_code == 0
    found = run("audit", "verify", "--head", head)
    assert (found.exit_code, found.stderr) == (1, "events 7 to 8 of the chain: removed\n")
    said = json.loads(head.read_text())
    said["head"]["number"] = 6
    head.write_text(json.dumps(said))
    assert "is not signed by" in run("audit", "verify", "--head", head).output


def test_the_key_is_one(run: Run) -> None:
    """The key is printed for people, and for programs as PEM too."""
    said = _json(run("audit", "key", "--json"))
    assert said["ed25519"] == run("audit", "key").stdout.strip()
    assert said["pem"].startswith("-----BEGIN PUBLIC KEY-----")


def test_erase(run: Run, state: Path) -> None:
    """A rehearsal says what would go; the erasure takes it, and the trail stays whole."""
    words = ["acme", "--as", "root", "--reason", "request 4711", "--state", str(state)]
    rehearsed = _json(CliRunner().invoke(erase, [*words, "--dry-run", "--json"]))
    assert (rehearsed["erased"], rehearsed["removed"]["events"]) == (False, 4)
    found = CliRunner().invoke(erase, words)
    assert "It is called " in found.output
    assert run("audit", "verify").output == "9 events, the contents of 4 erased: whole.\n"
    assert "erased" in run("audit", "show", "--last", "5").output
    again = CliRunner().invoke(erase, words)
    assert "nothing is kept of 'acme'" in str(again.exception)


def test_fold_needs_rules(run: Run, tmp_path: Path) -> None:
    """A policy that says how long things are kept folds; another one says what it lacks."""
    policy = tmp_path / "policy.yaml"
    CliRunner().invoke(main, ["policy", "new", str(policy)])
    words = ("audit", "fold", "--policy", policy, "--at", "2030-01-01")
    said = _json(run(*words, "--dry-run", "--json"))
    nothing = {"rejected_lines": 0, "appeal_files": 0, "appeal_addresses": 0}
    assert said == nothing | {"folded": False}
    policy.write_text(re.sub(r"^cases:\n( .*\n)+", "", policy.read_text(), flags=re.MULTILINE))
    assert "has no section cases" in run(*words).output
