"""Reading the inputs of a bundle."""

from __future__ import annotations

from pathlib import Path

import pytest

from regiongate.control.gateway import build
from regiongate.domain.errors import CannotRun

ROOT = Path(__file__).parents[3]
ROWS = "organization,state,until,key_sha256\norg-3,suspended,,\n"


def test_a_suspension_without_a_date_is_refused(tmp_path: Path) -> None:
    """A suspended organization under a measure that never suspends is an error, not a silence."""
    text = (ROOT / "examples" / "policy.yaml").read_text("utf-8")
    policy = tmp_path / "policy.yaml"
    policy.write_text(text.replace("  suspend: 2024-08-09\n", ""), "utf-8")
    rows = tmp_path / "organizations.csv"
    rows.write_text(ROWS, "utf-8")
    with pytest.raises(CannotRun, match=r"suspends org-3.*measure\.suspend"):
        build.inputs(policy, rows)


def test_what_a_policy_refers_to_travels_with_it(tmp_path: Path) -> None:
    """A list beside the policy is among the files of the inputs."""
    text = (ROOT / "examples" / "policy.yaml").read_text("utf-8")
    policy = tmp_path / "policy.yaml"
    policy.write_text(text.replace("list: openai-2024-08", "file: mine.csv"), "utf-8")
    (tmp_path / "mine.csv").write_text("region\nFR\nUA\n", "utf-8")
    assert set(build.inputs(policy, None).policy_files) == {"policy.yaml", "mine.csv"}
