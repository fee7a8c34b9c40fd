"""docs/organizations.md names whatever a book can say and whatever can be wrong with it."""

from __future__ import annotations

import re
from pathlib import Path

import regiongate
from regiongate.books.csv_book import HEADER
from regiongate.books.json_book import PROFILE, SHAPES
from regiongate.books.read import FORMATS
from regiongate.books.values import NO_EVIDENCE
from regiongate.domain.profile import FactKind

PAGE = (Path(__file__).parents[2] / "docs" / "organizations.md").read_text("utf-8")
_SOURCE = Path(regiongate.__file__).parent
_CODE = re.compile(r'[Ww]rong\((?:path, |\([^()]*\), )?\s*"([a-z]+-[a-z-]+)"')


def test_every_code_is_on_the_page() -> None:
    """Each kind of problem that reading or importing can report."""
    files = [*(_SOURCE / "books").glob("*.py"), _SOURCE / "control/organizations/bring_in.py"]
    codes = {code for file in files for code in _CODE.findall(file.read_text())}
    assert {"bad-id", "too-many", "not-its-own", "unknown-owner", "missing-key"} <= codes
    assert [code for code in sorted(codes) if f"`{code}`" not in PAGE] == []


def test_every_word_of_a_book_is_on_the_page() -> None:
    """Columns, keys, kinds of facts, ends of names."""
    keys = {key for shape in (PROFILE, *SHAPES.values()) for key in shape.keys}
    words = {*HEADER, *keys, *FactKind, *FORMATS}
    assert [word for word in sorted(words) if f"`{word}`" not in PAGE] == []


def test_what_is_no_evidence_is_said() -> None:
    """It is refused by name, and the page says why."""
    assert {"nationality", "language", "name"} <= NO_EVIDENCE
    assert "Nationality, citizenship, the language somebody speaks, and names are not" in PAGE
