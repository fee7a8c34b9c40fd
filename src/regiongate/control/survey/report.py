"""Report: a survey in its session → a folder of tables, plots, the page, and rejected rows."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from regiongate.survey.report import About, Wanted, write
from regiongate.survey.session import Session

REJECTED_FILE = "rejected.jsonl"


def write_report(
    opened: Session,
    about: About,
    wanted: Wanted,
    rejected: Iterable[Mapping[str, Any]],
    folder: Path,
) -> None:
    """Writes everything of a survey into a new folder, all or nothing; CannotRun when it cannot be.

    `rejected` are the records of rejected rows (`survey/rejected.py`), read only when the survey
    counts any. They are kept in a file beside the tables, and counted by reason on the page.
    """
    if about.survey.rows.rejected:
        path = opened.folder / REJECTED_FILE
        reasons: Counter[str] = Counter()
        with path.open("w", encoding="utf-8") as file:
            for row in rejected:
                reasons[row["reason"]] += 1
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
        about = replace(about, rejected=dict(reasons))
        wanted = replace(wanted, rejected=path)
    write(opened.connection, about, wanted, folder)
