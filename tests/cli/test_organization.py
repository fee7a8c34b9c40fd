"""`regiongate organization` and `regiongate person` as users run them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from regiongate.cli.main import main

HEAD = "organization,name,plan,contact,language,verified,key_sha256,key_prefix\n"
AT = "2024-07-09T12:00:00Z"


@pytest.fixture
def run(tmp_path: Path) -> Any:
    """Run a command on one store."""
    store = f"sqlite:///{tmp_path}/regiongate.db"

    def invoke(*words: str | Path) -> Result:
        return CliRunner().invoke(main, [*map(str, words), "--store", store])

    return invoke


@pytest.fixture
def book(tmp_path: Path, run: Any) -> Path:
    """A book of two organizations, beside a store with an operator."""
    assert run("person", "add", "mei", "--role", "admin", "--at", AT).exit_code == 0
    assert run("person", "add", "li", "--role", "operator", "--as", "mei").exit_code == 0
    path = tmp_path / "book.csv"
    path.write_text(f"{HEAD}acme,Acme,pro,it@acme.example,zh-CN,true,,\nbeta,Beta,,,,,,\n")
    return path


def test_an_import_answers_in_json(run: Any, book: Path) -> None:
    """Counts and files, and whether it was kept."""
    rehearsed = run("organization", "import", book, "--as", "li", "--dry-run", "--json")
    kept = run("organization", "import", book, "--as", "li", "--at", AT, "--json")
    said = json.loads(kept.stdout)
    assert json.loads(rehearsed.stdout) == said | {"kept": False}
    assert {key: said[key] for key in ("kept", "new", "changed", "unchanged")} == {
        "kept": True,
        "new": 2,
        "changed": 0,
        "unchanged": 0,
    }
    assert [one["file"] for one in said["files"]] == [str(book)]
    listed = json.loads(run("organization", "list", "--json").stdout)
    assert [(one["id"], one["changed"]) for one in listed] == [("acme", AT), ("beta", AT)]
    shown = json.loads(run("organization", "show", "acme", "--json").stdout)
    assert shown["contacts"][0]["address"] == "it@acme.example"


def test_what_is_shown_can_be_imported_again(run: Any, book: Path, tmp_path: Path) -> None:
    """The JSON of `show` is a line of a book, but for what became of the contacts."""
    run("organization", "import", book, "--as", "li")
    shown = json.loads(run("organization", "show", "acme", "--json").stdout)
    for contact in shown["contacts"]:
        del contact["bad_since"], contact["bad_reason"]
    again = tmp_path / "again.jsonl"
    again.write_text(json.dumps(shown))
    said = run("organization", "import", again, "--as", "li").stdout
    assert said == "organizations: 0 new, 1 changed, 0 unchanged.\n"
    said = run("organization", "import", again, "--as", "li").stdout
    assert said == "organizations: 0 new, 0 changed, 1 unchanged.\n"


def test_problems_end_with_one(run: Any, book: Path) -> None:
    """In text to standard error, or as a list of JSON; nothing is kept."""
    book.write_text(f"{HEAD}acme,,,,,,sk-secret,\n")
    plain = run("organization", "import", book, "--as", "li")
    assert (plain.exit_code, plain.stdout) == (1, "")
    assert f"{book}:2:6: " in plain.stderr
    listed = run("organization", "import", book, "--as", "li", "--json")
    assert [one["column"] for one in json.loads(listed.stdout)] == [6, 11]
    assert "sk-secret" not in plain.output + listed.output
    assert json.loads(run("organization", "list", "--json").stdout) == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("organization", "import", "book.csv"), "Missing option '--as'"),
        (("organization", "import", "none.csv", "--as", "li"), "none.csv cannot be read"),
        (("organization", "import", "none.csv", "--as", "mei"), "mei is admin"),
        (("organization", "import", "none.csv", "--as", "who"), "nobody here is called 'who'"),
        (("organization", "show", "nobody"), "no organization 'nobody' is known"),
        (("person", "add", "Mei", "--role", "admin"), "write it in small letters"),
        (("person", "add", "wu", "--role", "boss", "--as", "mei"), "'boss' is not one of"),
        (("person", "add", "wu", "--role", "viewer"), "say who adds one: --as NAME"),
        (("person", "remove", "mei", "--as", "mei"), "the last admin"),
    ],
)
def test_what_cannot_be_done_ends_with_two(
    run: Any, book: Path, words: tuple[str, ...], message: str
) -> None:
    """One sentence that says what, and what to do."""
    done = run(*words)
    assert done.exit_code == 2
    assert message in done.stderr


def test_a_person_can_be_named_once_for_all(
    run: Any, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By REGIONGATE_PERSON."""
    monkeypatch.setenv("REGIONGATE_PERSON", "mei")
    rehearsed = run("person", "change", "li", "--role", "approver", "--dry-run").stdout
    assert rehearsed == "Nothing is kept; this would be: li is approver now.\n"
    changed = json.loads(run("person", "change", "li", "--role", "viewer", "--json").stdout)
    assert changed == {"kept": True, "name": "li", "role": "viewer"}
    assert run("person", "remove", "li").stdout == "li is removed.\n"
    people = json.loads(run("person", "list", "--json").stdout)
    assert [(one["name"], "manage-people" in one["may"]) for one in people] == [("mei", True)]
