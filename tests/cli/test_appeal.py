"""`regiongate appeal` and `regiongate case exempt|correct`, as people run them."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from regiongate.cli.main import main
from regiongate.store.cases import Cases
from regiongate.store.database import Database
from tests.support.appeals import AT, FEED, PDF, restricted

POLICY = Path(__file__).parents[2] / "examples" / "policy.yaml"
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a command over a store with the restricted case 1 of acme."""
    with closing(Database.open(f"sqlite:///{tmp_path}/regiongate.db")) as database:
        restricted(database)
    (tmp_path / "text").write_text("We are in Paris.\n")
    (tmp_path / "feed.txt").write_bytes(FEED)
    (tmp_path / "invoice.pdf").write_bytes(PDF)

    def command(*words: object, by: str | None = None, writes: bool = False) -> Result:
        options = ["--state", tmp_path]
        if words[1] not in ("show", "files"):
            options += ["--at", AT.isoformat()]
        options += ["--as", by] if by else []
        if writes:
            options += ["--policy", POLICY, "--sender", "Example API <notices@example.com>"]
        return CliRunner().invoke(main, [*map(str, words), *map(str, options)])

    return command


def _said(found: Result) -> Any:
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)


def _opened(run: Run, folder: Path, *more: object) -> Any:
    words = ("appeal", "open", 1, "--text", folder / "text", "--file", folder / "feed.txt")
    return _said(run(*words, "--json", *more, by="ann", writes=True))


def _case(folder: Path) -> tuple[str, bool]:
    with (
        closing(Database.open(f"sqlite:///{folder}/regiongate.db")) as database,
        database.reading() as connection,
    ):
        found = Cases(connection).get(1)
    assert found is not None
    return found.state.value, found.appeal is not None


def test_from_open_to_granted(run: Run, tmp_path: Path) -> None:
    """An appeal that came by mail is recorded, read, and granted by the geofeed that came along."""
    tried = _opened(run, tmp_path, "--dry-run")
    assert (tried["kept"], tried["new"], _case(tmp_path)) == (False, True, ("restricted", False))
    more = ("--file", tmp_path / "invoice.pdf", "--mail", "it@acme.example")
    name = _opened(run, tmp_path, *more)["appeal"]["id"]
    assert _opened(run, tmp_path)["new"] is False
    assert [one["id"] for one in _said(run("appeal", "list", "--json"))] == [name]
    assert _said(run("appeal", "list", "--overdue", "--json")) == []
    shown = run("appeal", "show", name)
    assert "  We are in Paris.\n" in shown.stdout
    assert "to be answered by 2026-06-27T00:00:00Z; answer to it@acme.example" in shown.stdout
    assert "feed.csv" in shown.stdout and "invoice.pdf" in shown.stdout
    assert run("appeal", "files", name, "--out", tmp_path / "out").exit_code == 0
    assert (tmp_path / "out" / "1-feed.csv").read_bytes() == FEED
    assert (tmp_path / "out" / "2-invoice.pdf").stat().st_mode & 0o777 == 0o600
    again = run("appeal", "files", name, "--out", tmp_path / "out")
    assert "cannot write" in again.stderr and again.exit_code == 2
    words = ("appeal", "grant", name, "--geofeed", 1, "--reason", "It is.", "--no-end", "--json")
    tried = _said(run(*words, "--dry-run", by="bob", writes=True))
    assert (tried["appeal"]["state"], _case(tmp_path)) == ("granted", ("restricted", True))
    granted = _said(run(*words, by="bob", writes=True))
    assert [one["region"] for one in granted["corrections"]] == ["FR-IDF"]
    assert granted["appeal"]["outcome"] == "correction"
    assert _case(tmp_path) == ("released", False)
    listed = _said(run("case", "correct", "--list", "--json"))
    assert [(one["network"], one["appeal"]) for one in listed] == [("20.0.1.0/24", name)]
    assert "grant" not in run("appeal", "list").stdout
    assert name in run("appeal", "list", "--all").stdout


def test_denied_reopened_and_exempt(run: Run, tmp_path: Path) -> None:
    """A denied appeal is reopened; another approver makes the organization exempt."""
    name = _opened(run, tmp_path)["appeal"]["id"]
    denied = run("appeal", "deny", name, "--reason", "Not yours.", by="bob", writes=True)
    assert denied.stdout == (f"The appeal {name} of acme is denied.\nCase 1 is restricted.\n"), (
        denied.output
    )
    words = ("appeal", "reopen", name, "--text", tmp_path / "text")
    again = _said(run(*words, "--json", by="ann", writes=True))["appeal"]
    assert again["reopened_of"] == name
    until = ("--exempt", "--until", "2027-01-01", "--reason", "A hospital.")
    refused = run("appeal", "grant", again["id"], *until, by="bob", writes=True)
    assert refused.exit_code == 2
    assert "bob denied it the first time, so another approver" in refused.stderr
    granted = run("appeal", "grant", again["id"], *until, by="carla", writes=True)
    assert "is granted.\nCase 1 is exempt.\n" in granted.stdout
    [one] = _said(run("case", "exempt", "--list", "--json"))
    assert (one["subject"], one["expires"]) == ("acme", "2027-01-01T00:00:00Z")


def test_exempt(run: Run, tmp_path: Path) -> None:
    """Exemptions are granted, listed and withdrawn; a dry run only says so."""
    words = ("case", "exempt", "acme", "--reason", "A hospital.", "--until", "2027-01-01")
    tried = run(*words, "--dry-run", by="bob")
    assert tried.stdout == (
        "acme would be exempt until 2027-01-01T00:00:00Z: an exemption.\n"
        "Case 1 of acme would be exempt.\n"
    )
    assert _case(tmp_path) == ("restricted", False)
    name = _said(run(*words, "--json", by="bob"))["exemption"]["id"]
    assert _case(tmp_path) == ("exempt", False)
    assert "--replace" in run(*words, by="bob").stderr
    digest = "ab" * 32
    keyed = ("case", "exempt", "--key", digest, "--for", "acme", "--reason", "Lab.", "--no-end")
    assert f"{digest} is exempt without end" in run(*keyed, by="bob").stdout
    listed = run("case", "exempt", "--list")
    assert "no end" in listed.stdout and listed.stderr == "2 exemptions.\n"
    ended = run("case", "exempt", "--withdraw", name, "--reason", "No hospital.", by="bob")
    assert ended.stdout == (f"The exemption {name} of acme is ended.\nCase 1 of acme is found.\n")
    assert "1 exemption." in run("case", "exempt", "--list").stderr
    assert "2 exemptions." in run("case", "exempt", "--all").stderr


def test_correct(run: Run) -> None:
    """Corrections are made, listed and withdrawn."""
    words = ("case", "correct", "20.0.1.0/24=FR", "20.0.2.0/24=IT", "--reason", "Ours.")
    assert run(*words, "--until", "2027-01-01", "--dry-run", by="bob").stdout == (
        "20.0.1.0/24 would be in FR until 2027-01-01T00:00:00Z.\n"
        "20.0.2.0/24 would be in IT until 2027-01-01T00:00:00Z.\n"
    )
    made = _said(run(*words, "--no-end", "--json", by="bob"))["corrections"]
    ended = ("case", "correct", "--withdraw", made[0]["id"], "--reason", "It moved.")
    assert "of 20.0.1.0/24 is ended." in run(*ended, by="bob").stdout
    assert "1 correction." in run("case", "correct", "--list").stderr


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("exempt", "acme", "--reason", "x"), "Say when it ends with --until, or --no-end."),
        (("exempt", "acme", "--reason", "x", "--no-end", "--until", "2027-01-01"), "Say when it"),
        (("exempt", "acme", "--no-end"), "Say why with --reason"),
        (("exempt", "acme", "--list"), "Name one of"),
        (("exempt",), "Name one of"),
        (("exempt", "--key", "sk-1234", "--reason", "x", "--no-end"), "its SHA-256 digest"),
        (("exempt", "--network", "0.0.0.0/0", "--reason", "x", "--no-end"), "wider than"),
        (("exempt", "acme", "--for", "acme", "--reason", "x", "--no-end"), "--for says whose"),
        (("correct", "--reason", "x", "--no-end"), "Name networks"),
        (("correct", "20.0.1.0/24", "--reason", "x", "--no-end"), "says no region"),
        (("correct", "20.0.1.0/24=UK", "--reason", "x", "--no-end"), "write GB"),
    ],
)
def test_what_is_not_understood(run: Run, words: tuple[str, ...], why: str) -> None:
    """What is missing or contradicts itself is said, and nothing happens."""
    found = run("case", *words, by="bob")
    assert (found.exit_code, why in found.stderr) == (2, True), found.output


def test_wrong_evidence(run: Run, tmp_path: Path) -> None:
    """Every problem of what came by mail is told at once, with exit code 1."""
    (tmp_path / "feed.txt").write_bytes(b"20.0.1.0/24,Germany,,,\n10.0.0.0/8,DE,,,\n")
    (tmp_path / "text").write_text(" ")
    words = ("appeal", "open", 1, "--text", tmp_path / "text", "--file", tmp_path / "feed.txt")
    found = run(*words, by="ann", writes=True)
    assert found.exit_code == 1
    assert [line.partition(": ")[0] for line in found.stderr.splitlines()] == [
        f"{tmp_path}/text:1:1",
        *("feed.txt:1:1", "feed.txt:2:1"),
    ], found.stderr
    for name, why in (("none", "cannot read"), ("invoice.pdf", "invoice.pdf:2: this is not UTF-8")):
        (tmp_path / "invoice.pdf").write_bytes(b"%PDF-1.7\n\xff")
        wrong = run("appeal", "open", 1, "--text", tmp_path / name, by="ann", writes=True)
        assert (wrong.exit_code, why in wrong.stderr) == (2, True)


def test_what_is_decided_is_said(run: Run, tmp_path: Path) -> None:
    """A grant says what the appeal becomes; a file that is no geofeed makes no corrections."""
    name = _opened(run, tmp_path, "--file", tmp_path / "invoice.pdf")["appeal"]["id"]
    words = ("appeal", "grant", name, "--reason", "x", "--no-end")
    for more, why in (
        ((), "Say what it becomes"),
        (("--exempt", "--geofeed", "1"), "Say what it becomes"),
        (("--geofeed", "2"), "is no geofeed, but pdf"),
        (("--geofeed", "3"), "has no file 3"),
    ):
        found = run(*words, *more, by="bob", writes=True)
        assert (found.exit_code, why in found.stderr) == (2, True), found.output
    assert "there is no appeal a-none" in run("appeal", "show", "a-none").stderr
    assert _case(tmp_path) == ("restricted", True)
