"""A folder of wrong policy files; what `check` says of each is the specification.

`REGIONGATE_REWRITE=1 pytest tests/policyfile` writes the answers anew; review the difference.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from regiongate.domain.errors import ProblemsFound
from regiongate.policyfile import check, load

BAD = Path(__file__).parent / "bad"
FILES = sorted(BAD.glob("*.yaml"))
AT = datetime(2024, 8, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_problem_is_named(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every problem of a wrong file is told at once, with place, code and remedy, sorted."""
    monkeypatch.chdir(BAD)
    problems = check(Path(file.name), AT)
    said = "".join(f"[{problem.code}] {problem}\n" for problem in problems)
    expected = file.with_suffix(".txt")
    if os.environ.get("REGIONGATE_REWRITE"):
        expected.write_text(said, encoding="utf-8")
    assert problems == sorted(problems)
    assert said
    assert said == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_wrong_file_is_never_loaded(file: Path) -> None:
    """`load` raises the problems that `check` names; an expired entry is no obstacle to it."""
    expected = [problem for problem in check(file, AT) if problem.code != "expired"]
    if not expected:
        assert load(file).name
        return
    with pytest.raises(ProblemsFound) as caught:
        load(file)
    assert caught.value.problems == expected


def test_no_answer_without_a_question() -> None:
    """An expected answer whose policy file is gone fails."""
    orphans = {answer.stem for answer in BAD.glob("*.txt")} - {file.stem for file in FILES}
    assert not orphans
