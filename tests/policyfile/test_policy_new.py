"""The policy to start from."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from regiongate.domain.errors import CannotRun
from regiongate.policyfile import check, load, new
from regiongate.policyfile.tests import Outcome, run


@pytest.mark.parametrize("name", ["my-api", "true", "17", "a" * 64])
def test_a_new_policy_is_right(tmp_path: Path, name: str) -> None:
    """The template passes `check` and its own tests, whatever the name."""
    path = tmp_path / "policy.yaml"
    new.write(path, name, date(2024, 2, 29))
    assert check(path, datetime(2024, 2, 29, tzinfo=UTC)) == []
    policy = load(path)
    assert policy.name == name
    assert {result.outcome for result in run(policy, None)} == {Outcome.PASSED}


def test_the_commented_examples_are_right(tmp_path: Path) -> None:
    """What the template shows in comments holds when it is uncommented."""
    text = new.template("my-api", date(2024, 2, 29))
    text = text.replace("networks: []\n#", "networks:\n#").replace(
        "organizations: []\n#", "organizations:\n#"
    )
    text = text.replace("geofeeds: []\n#", "geofeeds:\n#")
    (tmp_path / "customer.csv").write_text("192.0.2.0/24,FR,,,\n")
    text = text.replace("  # add:\n  #   - ", "  add:\n    - ").replace("\n#   ", "\n   ")
    path = tmp_path / "policy.yaml"
    path.write_text(text)
    assert check(path, datetime(2024, 2, 29, tzinfo=UTC)) == []
    policy = load(path)
    assert len(policy.networks) == len(policy.exemptions) == len(policy.geofeeds) == 1
    assert "VE" in {change.region for change in policy.supported.changes}


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """An existing file stays as it is."""
    path = tmp_path / "policy.yaml"
    path.write_text("mine")
    with pytest.raises(CannotRun, match="exists already"):
        new.write(path, "my-api", date(2024, 2, 29))
    assert path.read_text() == "mine"


@pytest.mark.parametrize("name", ["", "my api", 'a"b', "a" * 65])
def test_a_wrong_name_writes_nothing(tmp_path: Path, name: str) -> None:
    """A name that no policy may have is refused before anything is written."""
    path = tmp_path / "policy.yaml"
    with pytest.raises(CannotRun, match="is not a name"):
        new.write(path, name, date(2024, 2, 29))
    assert not path.exists()


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    """A path that cannot be written says so."""
    with pytest.raises(CannotRun, match="cannot be written"):
        new.write(tmp_path / "no" / "policy.yaml", "my-api", date(2024, 2, 29))
