"""`regiongate reconcile` and `regiongate case`, as people run them."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from regiongate.cli.main import main
from regiongate.domain.role import Person, Role
from regiongate.store.audit import AuditTrail
from regiongate.store.database import Database
from regiongate.store.people import People
from tests.support.cases import know, saw, see

POLICY = Path(__file__).parents[2] / "examples" / "policy.yaml"
WARNED = datetime(2024, 6, 26, tzinfo=UTC)
BLOCKED = datetime(2024, 7, 10, tzinfo=UTC)
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a command over a store in which acme calls from China, and others do not."""
    with closing(Database.open(f"sqlite:///{tmp_path}/regiongate.db")) as database:
        know(database, "acme", "other", at=WARNED)
        see(
            database,
            saw(
                "acme", "1.2.4.0/24", "CN", WARNED, requests=4, unsupported=4, disputed=0, warned=2
            ),
            saw("other", "8.8.8.0/24", "US", WARNED, unsupported=0, disputed=0),
        )
        with database.writing() as connection:
            for name, role in (("ann", Role.OPERATOR), ("val", Role.VIEWER)):
                People(connection).add(Person(name, role), WARNED, "root")

    def command(*words: object) -> Result:
        options = ["--state", str(tmp_path)]
        return CliRunner().invoke(main, [*map(str, words), *options])

    return command


def reconcile(run: Run, at: datetime, *more: str) -> Any:
    """What a turn says that it did."""
    words = ("--policy", POLICY, "--sender", "Example API <notices@example.com>", "--at", at)
    found = run("reconcile", *words, *more, "--json")
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)


def listed(run: Run, *more: str) -> Any:
    """The cases of a list."""
    found = run("case", "list", *more, "--json")
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)


def test_from_a_sighting_to_a_release(run: Run) -> None:
    """A case is found, told, restricted on the date, and released by a person, each step named."""
    assert reconcile(run, WARNED)["notices"] == {"announcement": 1}
    [case] = listed(run)
    assert (case["organization"], case["state"], case["unsupported"]) == ("acme", "found", 4)
    assert reconcile(run, BLOCKED)["restricted"] == 1
    words = ("--policy", POLICY, "--sender", "notices@example.com", "--at", BLOCKED, "--as", "ann")
    released = run("case", "release", 1, "--reason", "they moved", *words)
    assert released.exit_code == 0, released.output
    assert "acme is released" in released.stdout
    assert listed(run) == []
    [case] = listed(run, "--all")
    assert case["state"] == "released"
    shown = json.loads(run("case", "show", 1, "--json").stdout)
    assert [step["step"] for step in shown["steps"]] == ["find", "restrict", "release"]
    assert (shown["steps"][-1]["actor"], shown["steps"][-1]["reason"]) == ("ann", "they moved")
    assert [one["event"] for one in shown["notices"]] == ["announcement", "on-the-day", "released"]
    assert "acme.example" not in json.dumps(shown["notices"], ensure_ascii=False).replace(
        "…@acme.example", ""
    )


def test_a_dry_run_changes_nothing(run: Run) -> None:
    """What would be done is told, and nothing of it is kept."""
    said = reconcile(run, WARNED, "--dry-run")
    assert said["found"] == 1
    assert listed(run) == []
    assert reconcile(run, WARNED) == said


def test_a_case_on_a_terminal(run: Run) -> None:
    """A person sees where a case stands, by whom it came there, and what was told."""
    reconcile(run, WARNED)
    shown = run("case", "show", 1)
    assert shown.exit_code == 0
    assert "case 1 of acme: found since 2024-06-26T00:00:00Z" in shown.stdout
    assert "4 of 4 requests from unsupported regions" in shown.stdout
    assert "announcement" in shown.stdout
    assert "no case 9: see regiongate case list" in run("case", "show", 9).stderr
    assert run("case", "show", 9).exit_code == 2


def test_a_note_is_kept_and_its_words_are_not_in_the_trail(run: Run, tmp_path: Path) -> None:
    """Notes may name people, so the trail says only that there is one."""
    reconcile(run, WARNED)
    noted = run("case", "note", 1, "Mr. Wu called.", "--as", "ann", "--at", WARNED)
    assert noted.exit_code == 0, noted.output
    assert "Mr. Wu called." in run("case", "show", 1).stdout
    with (
        closing(Database.open(f"sqlite:///{tmp_path}/regiongate.db")) as database,
        database.reading() as connection,
    ):
        written = [str(one) for one in AuditTrail(connection).entries()]
    assert any("case:noted" in one for one in written)
    assert not any("Wu" in one for one in written)


@pytest.mark.parametrize(("person", "why"), [("val", "takes operator or approver"), ("eve", "eve")])
def test_who_may_not_does_not(run: Run, person: str, why: str) -> None:
    """A viewer decides nothing, and a stranger nothing at all."""
    reconcile(run, WARNED)
    refused = run("case", "note", 1, "text", "--as", person)
    assert refused.exit_code == 2
    assert why in refused.stderr.replace("approver or operator", "operator or approver")
    assert json.loads(run("case", "show", 1, "--json").stdout)["notes"] == []


def test_a_policy_without_cases_is_told(run: Run, tmp_path: Path) -> None:
    """Where the policy has no rules for cases, nothing is done, and the remedy is said."""
    text = POLICY.read_text(encoding="utf-8")
    begin, end = text.index("# What affected"), text.index("\ntests:")
    (tmp_path / "bare.yaml").write_text(text[:begin] + text[end:], encoding="utf-8")
    words = ("--policy", tmp_path / "bare.yaml", "--sender", "notices@example.com")
    refused = run("reconcile", *words)
    assert refused.exit_code == 2
    assert "add its section `cases`" in refused.stderr


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("\x1b[2J", "control character"),
        ("a\u202eb", "control character"),
        ("a\n\x85", "control character"),
        ("x" * 4001, "4000"),
    ],
)
def test_a_note_steers_no_terminal(run: Run, text: str, why: str) -> None:
    """What could clear a screen, turn the direction or fill it is refused."""
    reconcile(run, WARNED)
    refused = run("case", "note", 1, text, "--as", "ann", "--at", WARNED)
    assert refused.exit_code == 2
    assert why in refused.stderr


def test_a_line_of_a_note_is_no_entry_of_its_own(run: Run) -> None:
    """A line break cannot make words look as if somebody else had written them."""
    reconcile(run, WARNED)
    run("case", "note", 1, "one\n2024-06-27T00:00:00Z bob: two", "--as", "ann", "--at", WARNED)
    shown = run("case", "show", 1).stdout
    assert "    2024-06-27T00:00:00Z bob: two" in shown


@pytest.mark.parametrize(
    "words", [("case", "list"), ("case", "show", 1), ("audit", "verify"), ("person", "list")]
)
def test_reading_makes_no_store(tmp_path: Path, words: tuple[object, ...]) -> None:
    """A slip in the name of the state directory is told, and leaves nothing behind."""
    where = tmp_path / "nowhere"
    refused = CliRunner().invoke(main, [*map(str, words), "--state", str(where)])
    assert refused.exit_code == 2
    assert "there is no store" in refused.stderr
    assert not (where / "regiongate.db").exists()


def test_a_number_that_no_case_has_is_told(run: Run) -> None:
    """A number too large for any store is an error of the command line."""
    assert run("case", "show", "9" * 30).exit_code == 2


@pytest.mark.parametrize("command", ["exempt", "correct"])
def test_a_list_makes_no_store(tmp_path: Path, command: str) -> None:
    """Who only looks leaves nothing behind, and hears that there is no store."""
    words = ["case", command, "--list", "--state", str(tmp_path / "none")]
    found = CliRunner().invoke(main, words)
    assert found.exit_code == 2
    assert "there is no store" in found.output
    assert not (tmp_path / "none").exists()


def test_corrections_are_refused_all_at_once(run: Run) -> None:
    """Each word that names no network or no region is told in one answer."""
    words = ("10.0.0.0/33=FR", "20.0.0.0/24=XX", "20.0.1.0/24")
    found = run("case", "correct", *words, "--reason", "x", "--no-end", "--as", "ann")
    assert found.exit_code == 2
    for word in ("10.0.0.0/33", "XX", "'20.0.1.0/24' says no region"):
        assert word in found.stderr


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("sqlite:///{0}/regiongate.db?timeout=5", None),
        ("sqlite:///{0}/none.db?timeout=5", "there is no store"),
        ("sqlite:///", "names no store"),
        ("sqlite://", "names no store"),
    ],
)
def test_the_url_of_a_store_to_be_read(run: Run, tmp_path: Path, url: str, why: str | None) -> None:
    """The query of a URL is no part of its path, and a URL without a path names no store."""
    found = run("case", "list", "--store", url.format(tmp_path))
    assert found.exit_code == (0 if why is None else 2), found.output
    assert (why or "") in found.stderr
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize("words", [("note", 1, "a\ud800b"), ("exempt", "acme", "--no-end")])
def test_half_a_character_is_no_text(run: Run, words: tuple[object, ...]) -> None:
    """What cannot be written as UTF-8 is refused in words."""
    reconcile(run, WARNED)
    reason = ("--reason", "a\udcffb") if words[0] == "exempt" else ()
    found = run("case", *words, *reason, "--as", "ann", "--at", WARNED)
    assert found.exit_code == 2
    assert not isinstance(found.exception, UnicodeEncodeError)
