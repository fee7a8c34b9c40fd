"""A report from logs, policy and sources, as the use case makes it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from regiongate.control.survey.report import write_report
from regiongate.survey.report import Wanted
from regiongate.survey.session import session
from tests.support.surveys import about, cell, fill, placed


def test_rejected_rows_are_kept_and_counted(tmp_path: Path) -> None:
    """Each rejected row is a line beside the tables, and the page counts the reasons."""
    records = [
        {"file": "a.log", "line": 3, "reason": "it has no address", "address": None},
        {"file": "a.log", "line": 9, "reason": "its address is none", "address": "<b>"},
    ]
    with session() as opened:
        survey = fill(opened, [cell("org-a", "1.0.0.1")], [placed("1.0.0.1", "FR")], rejected=2)
        write_report(opened, about(survey), Wanted(), records, tmp_path / "out")
    lines = (tmp_path / "out" / "rejected.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line) for line in lines] == records
    assert "its address is none" in (tmp_path / "out" / "report.html").read_text("utf-8")


def test_rejected_rows_are_not_looked_for_in_vain(tmp_path: Path) -> None:
    """Where none was rejected, the slow pass for them is not made."""

    def never() -> Iterator[dict[str, Any]]:
        raise AssertionError("the logs were read again")
        yield {}

    with session() as opened:
        survey = fill(opened, [cell("org-a", "1.0.0.1")], [placed("1.0.0.1", "FR")])
        write_report(opened, about(survey), Wanted(), never(), tmp_path / "out")
    assert not (tmp_path / "out" / "rejected.jsonl").exists()
