"""`regiongate offer`, as people run it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from regiongate.cli.main import main

AT = ("--at", "2026-06-20")


def _run(*words: object) -> Result:
    return CliRunner().invoke(main, ["offer", *map(str, words)])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """What `offer new` writes."""
    found = tmp_path / "offers.yaml"
    assert _run("new", found, *AT).exit_code == 0
    return found


def test_the_first_file_is_right(file: Path) -> None:
    """What is begun can be checked, listed and shown, and is not begun twice."""
    assert _run("check", file).output == f"{file}: no problems.\n"
    assert "example-cloud" in _run("list", file, *AT).output
    shown = _run("show", "example-cloud", file, *AT).output
    assert "2.50 EUR for a million" in shown
    assert _run("new", file).exit_code == 2


def test_every_mistake_is_told(tmp_path: Path) -> None:
    """As lines for people and as a list for programs, with exit code 1."""
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("format: regiongate-offers/1\noffers: [{kind: history}]\n")
    told = _run("check", wrong)
    assert told.exit_code == 1
    assert f"{wrong}:2:10: `offers.name` is missing" in told.stderr
    problems = json.loads(_run("check", wrong, "--json").stdout)
    assert [problem["code"] for problem in problems] == ["missing-key"] * 4
    assert _run("list", wrong).exit_code == 1


def test_what_ships_is_listed_as_history() -> None:
    """Nobody takes it for current, in text or in JSON, at its own time either."""
    at = ("--at", "2024-06-26")
    assert "none of it can be taken up" in _run("list", *at).output
    listed = json.loads(_run("list", "--json", *at).stdout)
    assert {(one["kind"], one["stands"]) for one in listed} == {("history", False)}
    assert _run("show", "zhipu-2024-06", *at).output.count("not said") >= 5


def test_offers_are_chosen_by_region(file: Path) -> None:
    """A source that names no regions is not among those that serve one."""
    assert [
        one["name"] for one in json.loads(_run("list", file, "--region", "HK", "--json").stdout)
    ]
    assert json.loads(_run("list", file, "--region", "RU", "--json").stdout) == []
    assert json.loads(_run("list", "--region", "CN", "--json").stdout) == []
    wrong = _run("list", file, "--region", "UK")
    assert wrong.exit_code == 2
    assert "write GB" in wrong.output


def test_an_offer_that_is_not_there_is_refused(file: Path) -> None:
    """The names that are there are said."""
    said = _run("show", "none", file)
    assert (said.exit_code, "it has example-cloud" in said.output) == (2, True)
