"""The organizations file: instants in UTC, and hostile files that end in a message."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from regiongate.domain.errors import Problem, ProblemsFound
from regiongate.domain.organization import Organization, Standing, State
from regiongate.policyfile import organizations

HEADER = "organization,state,until,key_sha256\n"


def _load(folder: Path, content: bytes) -> tuple[Organization, ...]:
    path = folder / "organizations.csv"
    path.write_bytes(content)
    return organizations.load(path)


def _problems(folder: Path, content: bytes) -> list[Problem]:
    with pytest.raises(ProblemsFound) as found:
        _load(folder, content)
    return found.value.problems


def test_an_end_with_an_offset_is_the_same_instant_in_utc(tmp_path: Path) -> None:
    """Midnight in Shanghai is 16:00 of the day before in UTC, in the value and when written."""
    rows = _load(tmp_path, f"{HEADER}org-1,exempt,2025-01-01T00:00:00+08:00,\n".encode())
    end = rows[0].standing.until
    assert end == datetime(2024, 12, 31, 16, tzinfo=UTC)
    assert end.tzinfo is UTC
    assert rows[0].standing.name == "exempt until 2024-12-31T16:00:00Z"
    assert _load(tmp_path, organizations.dump(rows).encode()) == rows


@pytest.mark.parametrize(
    "until",
    [
        "2025-01-01",
        "2025-01-01T00:00:00",
        "2025-01-01T00:00:00.5Z",
        "2025-02-30T00:00:00Z",
        "0001-01-01T00:00:00+08:00",
        "9999-12-31T23:59:59-08:00",
        "1970-01-01T00:00:00+08:00",
        "2199-12-31T23:59:59-08:00",
        "soon\x1b[2J",
    ],
)
def test_an_end_that_cannot_be_meant_is_a_problem(tmp_path: Path, until: str) -> None:
    """No local time, no fraction of a second, no day that does not exist, no year far away."""
    problem = _problems(tmp_path, f"{HEADER}org-1,exempt,{until},\n".encode())[0]
    assert (problem.line, problem.code) == (2, "bad-until")
    assert str(problem).isprintable()


def test_a_standing_ends_at_a_whole_second_in_utc() -> None:
    """A standing with another end than its name can say cannot be made."""
    for end in (
        datetime(2025, 1, 1, tzinfo=UTC).replace(tzinfo=None),
        datetime(2025, 1, 1, tzinfo=timezone(timedelta(hours=8))),
        datetime(2025, 1, 1, microsecond=1, tzinfo=UTC),
    ):
        with pytest.raises(ValueError, match="UTC"):
            Standing(State.EXEMPT, end)


def test_a_byte_order_mark_is_no_part_of_the_header(tmp_path: Path) -> None:
    """Spreadsheets write one."""
    rows = _load(tmp_path, b"\xef\xbb\xbf" + HEADER.encode() + b"org-1,suspended,,\r\n")
    assert [row.id for row in rows] == ["org-1"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (b"x" * 140_000 + b",exempt,,\n", "bad-csv"),
        (b'"org-1,exempt,,\norg-2,exempt,,\n', "bad-csv"),
        (b"org\x001,exempt,,\n", "bad-organization"),
        (b"org-1,exe\x00mpt,,\n", "bad-state"),
        (b"org-\xff,exempt,,\n", "bad-encoding"),
        (b"org-1,exempt\n", "bad-row"),
    ],
)
def test_a_hostile_row_is_a_problem_with_its_line(tmp_path: Path, row: bytes, code: str) -> None:
    """A cell without end, a quote without end, a null, a byte that is no text: one message each."""
    problem = _problems(tmp_path, f"{HEADER}org-0,exempt,,\n".encode() + row)[0]
    assert problem.code == code
    assert problem.line >= 3
    assert str(problem).isprintable()
    assert len(str(problem)) < 500


def test_a_hostile_header_is_a_problem(tmp_path: Path) -> None:
    """The first line can be hostile too."""
    assert _problems(tmp_path, b"x" * 140_000)[0].code == "bad-csv"
    assert _problems(tmp_path, b"")[0].code == "bad-header"


def test_a_file_past_the_limit_is_a_problem_that_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit is said."""
    assert organizations.MAX_BYTES == 32 * 2**20
    monkeypatch.setattr(organizations, "MAX_BYTES", 2**20)
    problem = _problems(tmp_path, HEADER.encode() + b"\n" * 2**20)[0]
    assert problem.code == "too-big"
    assert "1 MiB" in str(problem)


def test_many_keys_of_one_organization_take_seconds(tmp_path: Path) -> None:
    """Each key is looked up once, not compared with all keys before it."""
    path = tmp_path / "organizations.csv"
    with path.open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(organizations.HEADER)
        table.writerows(["org-1", "exempt", "", f"{n % 50_000:064x}"] for n in range(100_000))
    assert len(organizations.load(path)[0].keys) == 50_000
