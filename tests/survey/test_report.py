"""A survey as a folder: tables, plots, and a page that opens from disk."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from regiongate.domain.errors import CannotRun
from regiongate.domain.organization import Organization, Standing, State
from regiongate.survey.record import record
from regiongate.survey.report import About, Wanted, write
from regiongate.survey.report.spreadsheet import exact
from regiongate.survey.session import session
from tests.support.surveys import SOURCE, about, cell, example, fill, placed

HOSTILE = (
    '=HYPERLINK("http://evil.example","x")',
    "<script>alert(1)</script>",
    "\"' onmouseover=alert(1) x='",
    "</style><img src=x onerror=alert(1)>",
    "org-\u202egro\u200b\x07",
    "a;=1+1",
    "z" * 5000,
)
PLACES = [
    placed("1.0.0.1", "CN", "block", cloud="AWS", cloud_region="ap-east-1"),
    placed("2.0.0.1", "FR"),
    placed("3.0.0.1", None, "block"),
    placed("4.0.0.1", "HK", "warn", supported=None, **{"class": "disputed"}),
    placed("2a01:7::1", "UA-43", "block"),
]
CELLS = [
    cell("org-a", "1.0.0.1", 10),
    cell("org-a", "2.0.0.1", 30, day=date(2024, 6, 2)),
    cell("org-b", "2.0.0.1", 5, key="k2"),
    cell("org-c", "4.0.0.1", 7, key=None),
    cell("org-d", "2a01:7::1", 3),
    cell("org-e", "1.0.0.1", 2),
    cell(None, "3.0.0.1", 4),
    *(cell(name, "1.0.0.1", 1, key=name[:16]) for name in HOSTILE),
]
TABLES = ("organizations", "keys", "networks")
EXEMPT = Organization("org-e", Standing(State.EXEMPT))


def made(
    folder: Path,
    cells: Sequence[dict[str, Any]] = CELLS,
    wanted: Wanted = Wanted(),  # noqa: B008 - it is frozen
    threads: int | None = None,
    **more: Any,
) -> Path:
    with session(threads=threads) as opened:
        survey = fill(opened, cells, PLACES, [EXEMPT], rejected=2)
        found: About = about(survey, rejected={"it has no address": 2}, **more)
        write(opened.connection, found, wanted, folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("report") / "out")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


class _Page(HTMLParser):
    """Elements with their attributes, in order, and whether each is closed where it must be."""

    EMPTY = frozenset({"meta", "br", "img", "link"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def page(folder: Path) -> str:
    return (folder / "report.html").read_text("utf-8")


def test_folder_is_whole(folder: Path) -> None:
    """The folder has every table twice, the result, the plots and the page."""
    names = {path.name for path in folder.iterdir()}
    tables = {
        f"{one}.{kind}"
        for one in ("organizations", "keys", "networks")
        for kind in ("csv", "parquet")
    }
    assert names == tables | {"survey.json", "report.html", "world.svg", "timeline.svg"}
    assert list(folder.parent.iterdir()) == [folder]


def test_existing_folder_stays(folder: Path) -> None:
    """A folder that is there is never written over."""
    with pytest.raises(CannotRun, match="is there already"):
        made(folder)


def test_failure_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report that fails half-way leaves no trace."""
    monkeypatch.setattr("regiongate.survey.report.folder.Page.html", lambda page: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        made(tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_same_input_same_bytes(folder: Path, tmp_path: Path) -> None:
    """Neither the order of cells nor the number of threads shows in any file."""
    other = made(tmp_path / "out", CELLS[::-1], threads=1)
    for path in folder.iterdir():
        assert path.read_bytes() == (other / path.name).read_bytes(), path.name


def test_tables_say_the_same(folder: Path) -> None:
    """CSV and Parquet have the same rows, and requests of every table add up to all of them."""
    for name in TABLES:
        table = pyarrow.parquet.read_table(folder / f"{name}.parquet")
        written = rows(folder / f"{name}.csv")
        assert [exact(row["organization"]) or None for row in written] == table[
            "organization"
        ].to_pylist()
        assert [int(row["requests"]) for row in written] == table["requests"].to_pylist()
        assert sum(table["requests"].to_pylist()) == sum(one["requests"] for one in CELLS)


def test_organization_row(folder: Path) -> None:
    """An organization's row counts its requests by verdict and tells where the affected are."""
    found = {row["organization"]: row for row in rows(folder / "organizations.csv")}
    row = found["org-a"]
    assert (row["requests"], row["allowed"], row["blocked"]) == ("40", "30", "10")
    assert (row["affected_regions"], row["affected_clouds"]) == ("CN", "AWS ap-east-1")
    assert (row["unsupported_share"], row["affected_networks"]) == ("0.25", "1")
    assert row["affected_first_seen"] == "2024-06-01T12:00:00Z"
    assert (found["org-e"]["state"], found["org-e"]["blocked"]) == ("exempt", "0")


def test_csv_holds_no_formula(folder: Path) -> None:
    """No cell begins with a sign that a spreadsheet would run, and each text can be had back."""
    table = rows(folder / "organizations.csv")
    for row in table:
        assert not row["organization"].startswith(("=", "+", "-", "@"))
        assert not re.search(r";[\"\s]*[=+@-]", row["organization"])
    assert set(HOSTILE) <= {exact(row["organization"]) for row in table}


def test_single_addresses_only_when_asked(folder: Path, tmp_path: Path) -> None:
    """Addresses are in no file of the folder, unless somebody wants them."""
    for path in folder.iterdir():
        assert b"4.0.0.1" not in path.read_bytes(), path.name
    asked = made(tmp_path / "out", wanted=Wanted(single_addresses=True))
    assert "4.0.0.1" in {row["address"] for row in rows(asked / "addresses.csv")}


def test_json_is_what_json_prints(tmp_path: Path) -> None:
    """The file of the result says what `--json` prints."""
    with session() as opened:
        survey = fill(opened, CELLS, PLACES)
        write(opened.connection, about(survey), Wanted(), tmp_path / "out")
    told = json.loads((tmp_path / "out" / "survey.json").read_text("utf-8"))
    assert told == json.loads(json.dumps(record(survey)))


def test_rejected_lines_move_in(tmp_path: Path) -> None:
    """The file of rejected lines lies beside the tables, and the page counts their reasons."""
    lines = tmp_path / "rejected.jsonl"
    lines.write_text("{}\n")
    folder = made(tmp_path / "out", wanted=Wanted(rejected=lines))
    assert (folder / "rejected.jsonl").read_text() == "{}\n" and not lines.exists()
    assert "Rejected: 2 rows of 70 could not be counted" in page(folder)
    assert "it has no address" in page(folder)


def test_page_stands_alone(folder: Path) -> None:
    """The page runs no script and loads nothing; its policy forbids both."""
    found = _Page(page(folder)).elements
    assert not {tag for tag, _ in found} & {"script", "link", "iframe", "object", "form", "base"}
    for tag, attributes in found:
        assert not any(name.startswith("on") for name in attributes), (tag, attributes)
        for name in ("src", "href", "xlink:href", "action"):
            assert (attributes.get(name) or "#").startswith(("#", "data:")), (tag, attributes)
    policies = [a["content"] for _, a in found if a.get("http-equiv") == "Content-Security-Policy"]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'; img-src data:"]
    assert "url(" not in page(folder) and "@import" not in page(folder)


def test_hostile_texts_are_text(folder: Path) -> None:
    """An id from a log is shown as text: no markup, nothing hidden, nothing endless."""
    text = page(folder)
    assert "<script" not in text and "<img" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "org-\\u202egro\\u200b\\u0007" in text and "\u202e" not in text
    assert "z" * 100 not in text


def test_page_is_well_made_for_readers(folder: Path) -> None:
    """One main heading, no level left out, and each table with a caption and scopes."""
    found = _Page(page(folder)).elements
    levels = [int(tag[1]) for tag, _ in found if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1 and set(levels[1:]) == {2}
    tags = [tag for tag, _ in found]
    assert tags.count("caption") == tags.count("table") > 5
    assert all(attributes.get("scope") for tag, attributes in found if tag == "th")
    ids = [attributes["id"] for _, attributes in found if "id" in attributes]
    assert len(ids) == len(set(ids))
    anchors = {a["href"][1:] for tag, a in found if tag == "a" and a["href"]}
    assert anchors <= set(ids)
    assert ("html", {"lang": "en"}) in found


def test_heading_facts(folder: Path) -> None:
    """The page begins with who is affected, how many requests, and the next date."""
    text = page(folder)
    affected = 4 + len(HOSTILE)
    assert f"<h1>{affected} of {5 + len(HOSTILE)} organizations are affected</h1>" in text
    assert "block from 9 Jul 2024, 00:00 America/Los_Angeles (9 Jul 2024, 07:00 UTC)" not in text
    assert "warn from 25 Jun 2024, 00:00 America/Los_Angeles (25 Jun 2024, 07:00 UTC)" in text
    assert "They are no proof" in text
    assert "pin the function, job or machine" in text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sources": (replace(SOURCE, date=date(2024, 1, 1)),)}, "STALE: iptoasn has data of"),
        ({"policy": replace(example(), report_only=True)}, "The policy only reports"),
        ({"now": datetime(2025, 1, 1, tzinfo=UTC)}, "every date has passed"),
    ],
    ids=["stale", "report-only", "past"],
)
def test_alarms(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    """What weakens the numbers is told at the top of the page."""
    text = page(made(tmp_path / "out", **change))
    assert said in text.partition("<main>")[0]


def test_log_without_times_or_rows(tmp_path: Path) -> None:
    """A log without times has no timeline; an empty one has an empty report."""
    timeless = made(tmp_path / "timeless", [cell("org-a", "1.0.0.1", day=None)])
    assert "The log has no times." in page(timeless)
    assert not (timeless / "timeline.svg").exists()
    assert "No organization is affected" in page(made(tmp_path / "empty", []))


def test_large_survey_stays_openable(tmp_path: Path) -> None:
    """The page names so many organizations that it can be opened, and says where the rest is."""
    many = [cell(f"org-{number:04}", "1.0.0.1", number + 1) for number in range(300)]
    folder = made(tmp_path / "out", many)
    text = page(folder)
    assert "100 of 300 affected organizations" in text and "organizations.csv" in text
    assert "org-0299" in text and "org-0100" not in text
    assert len(rows(folder / "organizations.csv")) == 300
    assert len(json.loads((folder / "survey.json").read_text())["organizations"]) == 300
