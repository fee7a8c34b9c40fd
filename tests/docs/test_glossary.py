"""The glossary gives each word one row."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "glossary.md"


def test_no_word_has_two_rows() -> None:
    """A word with two meanings has them in one row, so that nobody reads only one of them."""
    words = re.findall(r"^\| ([^|]+) \|", PAGE.read_text("utf-8"), re.MULTILINE)
    assert "case" in words
    assert [word for word in sorted(set(words)) if words.count(word) > 1] == []
