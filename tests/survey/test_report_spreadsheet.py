"""Texts that no spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regiongate.survey.report.spreadsheet import exact, harmless

TEXTS = st.text(st.sampled_from("=+-@'\";\t\r\n ab\uff1d")) | st.text()
FORMULA = re.compile('[\\s"]*[=+\\-@\uff1d\uff0b\uff0d\uff20]')


@given(TEXTS)
def test_text_can_be_had_back(text: str) -> None:
    """What was made harmless can be made exact again, whatever it was."""
    assert exact(harmless(text)) == text


@given(TEXTS)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_no_cell_is_a_formula(separator: str, text: str) -> None:
    """Whichever sign a spreadsheet takes to part cells, none of them begins as a formula."""
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerow(["x", harmless(text)])
    for row in csv.reader(io.StringIO(written.getvalue(), newline=""), delimiter=separator):
        for found in row[1:] if separator == "," else row:
            assert not FORMULA.match(found) or "\0" in text


@pytest.mark.parametrize("text", ["org-1", "sk-ab12", "Example Net, Inc.", "", "2001:db8::/48"])
def test_ordinary_text_stays(text: str) -> None:
    """A text that is no danger is as it was."""
    assert harmless(text) == text
