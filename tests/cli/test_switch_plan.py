"""`regiongate switch plan`, as people run it."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from regiongate.cli.main import main
from regiongate.offers import new
from regiongate.store.database import Database
from regiongate.store.sightings import Sightings
from tests.support.policies import policy_text
from tests.support.sightings import sighting, table

NOON = datetime(2026, 6, 11, 12, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A state directory with sightings of acme, a policy, offers and a survey beside it."""
    with (
        closing(Database.open(f"sqlite:///{tmp_path}/regiongate.db")) as database,
        database.writing() as connection,
    ):
        facts: dict[str, Any] = {"region": "CN", "day": NOON.date(), "first": NOON, "last": NOON}
        Sightings(connection).add(table([sighting(**facts, tokens=1_000_000)]))
    (tmp_path / "policy.yaml").write_text(policy_text())
    new.write(tmp_path / "offers.yaml", date(2026, 6, 1))
    examples = {"hosts": [], "paths": ["/v1/chat"], "models": ["sample-large", "other"]}
    survey = {"organizations": [{"id": "acme", "examples": examples}]}
    (tmp_path / "survey.json").write_text(json.dumps(survey))
    return tmp_path


def _plan(folder: Path, *words: object, organization: str = "acme") -> Result:
    options = ("--state", folder, "--policy", folder / "policy.yaml", "--at", "2026-06-20")
    command = ("switch", "plan", organization, *options, *words)
    return CliRunner().invoke(main, [str(word) for word in command])


def test_a_plan_is_written_in_three_forms(folder: Path) -> None:
    """Markdown unless something else is asked for; each form is whole."""
    offers = ("--offers", folder / "offers.yaml")
    text = _plan(folder, *offers)
    assert text.exit_code == 0, text.output
    assert text.stdout.startswith("# Where acme can go\n")
    assert "### Example Cloud" in text.stdout
    html = _plan(folder, *offers, "--format", "html").stdout
    assert html.startswith("<!doctype html>")
    assert html.endswith("</html>\n")
    said = json.loads(_plan(folder, *offers, "--json").stdout)
    assert said == json.loads(_plan(folder, *offers, "--format", "json").stdout)
    assert said["alternatives"][0]["offer"]["name"] == "example-cloud"


def test_the_same_plan_is_the_same_bytes(folder: Path) -> None:
    """Nothing in it depends on the clock or on an order."""
    words = ("--offers", folder / "offers.yaml", "--format", "html")
    assert _plan(folder, *words).stdout == _plan(folder, *words).stdout


def test_without_offers_there_is_only_history(folder: Path) -> None:
    """What ships is told as over, and nobody is sent there."""
    said = json.loads(_plan(folder, "--json").stdout)
    assert said["alternatives"] == []
    assert len(said["history"]) == 7


def test_a_survey_and_the_organization_say_what_sightings_do_not(folder: Path) -> None:
    """Models come from a survey, kinds of tokens from the organization itself."""
    words = ("--offers", folder / "offers.yaml", "--survey", folder / "survey.json", "--json")
    tokens = ("--tokens", "input", 1_000_000, "--tokens", "output", 100_000)
    [one] = json.loads(_plan(folder, *words, *tokens).stdout)["alternatives"]
    assert one["models"] == {"sample-large": "example-large", "other": None}
    assert one["features"] == {"chat": True}
    assert one["costs"][0]["before"] == {"least": "3.50", "most": "3.50"}


def test_the_export_window_is_that_of_the_policy(folder: Path) -> None:
    """A date is midnight in the time zone of the measure; without the key nobody has said it."""
    assert json.loads(_plan(folder, "--json").stdout)["export_until"] is None
    evidence = {
        "over": "14d",
        "traffic": "20%",
        "countries": 4,
        "anonymizers": "50%",
        "owned": "50%",
    }
    cases = {
        "api": "Example API",
        "site": "https://example.com",
        "look_back": "30d",
        "reminders": ["7d"],
        "exemption_ahead": "14d",
        "appeal_within": "10d",
        "keep": "365d",
        "export_until": "2026-07-09",
        "evidence": evidence,
    }
    (folder / "policy.yaml").write_text(policy_text(cases=cases))
    said = json.loads(_plan(folder, "--json").stdout)
    assert (said["export_until"], said["api"]) == ("2026-07-09T00:00:00Z", "Example API")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"organizations": [{}]}'])
def test_a_file_that_is_no_survey_is_refused(folder: Path, text: str) -> None:
    """With what to write instead, and no trace of how it was read."""
    (folder / "survey.json").write_text(text)
    said = _plan(folder, "--survey", folder / "survey.json")
    assert said.exit_code == 2
    assert "is no survey" in said.output


def test_what_nobody_can_know_is_refused(folder: Path) -> None:
    """An organization that the store or the survey does not know, and a kind said twice."""
    assert "knows nothing of other" in _plan(folder, organization="other").output
    (folder / "survey.json").write_text('{"organizations": []}')
    said = _plan(folder, "--survey", folder / "survey.json")
    assert "says nothing of acme" in said.output
    twice = _plan(folder, "--tokens", "input", 1, "--tokens", "input", 2)
    assert "once" in twice.output
