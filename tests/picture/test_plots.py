"""Counts over time, and lists as bars."""

import re
from datetime import date, timedelta
from itertools import pairwise
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regiongate.picture import Caption, Categories, Mark, Row, bars, ticks, timeline
from regiongate.picture.svg import length
from tests.picture.reading import SVG, parse, texts

CATEGORIES = Categories.of({"allow": "allowed", "block": "blocked"})
CAPTION = Caption("Requests by verdict", "Per day.")
FIRST = date(2024, 6, 1)
COUNTS = {
    FIRST: {"allow": 100},
    date(2024, 6, 2): {"allow": 60, "block": 40},
    date(2024, 6, 4): {"block": 50},
}


def test_bars_are_as_high_as_their_counts() -> None:
    """Heights are in proportion to the counts, and a day without counts has no bar."""
    root = parse(timeline(COUNTS, CATEGORIES, CAPTION))
    heights = {
        name: [float(tall) for tall in re.findall(r"v([\d.]+)h-", _path(root, f"rg-{name}"))]
        for name in ("allow", "block")
    }
    unit = heights["allow"][0] / 100
    assert heights["allow"] == pytest.approx([100 * unit, 60 * unit], abs=0.02)
    assert heights["block"] == pytest.approx([40 * unit, 50 * unit], abs=0.02)


def test_the_dates_of_the_measure_are_drawn_in() -> None:
    """A date within the period has a line and its words; one outside points to where it lies."""
    marks = [
        Mark(date(2024, 6, 2), "warn"),
        Mark(date(2024, 7, 9), "block"),
        Mark(date(2024, 5, 1), "observe"),
    ]
    svg = timeline(COUNTS, CATEGORIES, CAPTION, marks=marks)
    written = texts(parse(svg))
    assert "warn, 2 Jun 2024" in written
    assert "block, 9 Jul 2024 \N{RIGHTWARDS ARROW}" in written
    assert "\N{LEFTWARDS ARROW} observe, 1 May 2024" in written
    assert svg.count("stroke-dasharray") == 1


def test_each_day_tells_its_numbers() -> None:
    """A pointer over a day finds its date and counts in words."""
    titles = [
        title.text for title in parse(timeline(COUNTS, CATEGORIES, CAPTION)).iter(f"{SVG}title")
    ]
    assert "2 Jun 2024: allow 60, block 40 requests" in titles


def test_what_cannot_be_drawn_over_time_is_refused() -> None:
    """No days, a count below zero and a category without a colour are errors."""
    with pytest.raises(ValueError, match="at least one day"):
        timeline({}, CATEGORIES, CAPTION)
    with pytest.raises(ValueError, match="below zero"):
        timeline({FIRST: {"allow": -1}}, CATEGORIES, CAPTION)
    with pytest.raises(ValueError, match="warn"):
        timeline({FIRST: {"warn": 1}}, CATEGORIES, CAPTION)


@given(st.integers(0, 10**12))
def test_numbers_of_an_axis(largest: int) -> None:
    """An axis has two to six round numbers, from 0 to the first one that holds everything."""
    found = ticks.numbers(largest)
    assert 2 <= len(found) <= 6
    assert found[0] == 0
    assert found[-2] < max(largest, 1) <= found[-1]


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 9000))
def test_dates_of_an_axis(first: date, days: int) -> None:
    """An axis has one to ten dates, all within it and rising, however long the period is."""
    last = first + timedelta(days=days)
    found = ticks.dates(first, last)
    assert len(found) <= 10
    assert found == sorted(set(found))
    assert all(first <= when <= last for when in found)
    assert found or days < 7


def test_rows_are_as_long_as_their_counts() -> None:
    """The longest row fills the room, and the others are in proportion, with their totals."""
    rows = [Row("org-a", {"allow": 500, "block": 500}), Row("org-b", {"block": 250})]
    root = parse(bars(rows, CATEGORIES, CAPTION))
    wide = [
        float(r.attrib["width"]) for r in root.iter(f"{SVG}rect") if r.attrib.get("height") == "18"
    ]
    assert wide == pytest.approx([wide[0], wide[0], wide[0] / 2], abs=0.02)
    assert {"org-a", "1,000", "org-b", "250"} <= set(texts(root))


def test_a_long_name_is_cut_and_kept_whole_in_the_tooltip() -> None:
    """A name that does not fit ends in an ellipsis; a pointer still finds all of it."""
    name = "an organization whose name goes on and on and on"
    root = parse(bars([Row(name, {"allow": 1})], CATEGORIES, CAPTION))
    assert any(
        text.endswith("\N{HORIZONTAL ELLIPSIS}") and name.startswith(text[:-1])
        for text in texts(root)
    )
    assert any((title.text or "").startswith(name) for title in root.iter(f"{SVG}title"))


@given(st.text())
def test_hostile_names(name: str) -> None:
    """Names and labels from outside stay text."""
    hostile = f"<script>{name}</script>\x00"
    parse(bars([Row(hostile, {"allow": 1})], CATEGORIES, CAPTION))
    parse(timeline(COUNTS, CATEGORIES, CAPTION, marks=[Mark(FIRST, hostile)], unit=hostile))


def test_no_rows() -> None:
    """A list of nothing is an empty picture, still with its title and legend."""
    assert "blocked" in texts(parse(bars([], CATEGORIES, CAPTION)))


def _path(root: object, name: str) -> str:
    paths = (path for path in root.iter(f"{SVG}path") if path.attrib.get("class") == name)  # type: ignore[attr-defined]
    return str(next(paths).attrib["d"])


@pytest.mark.parametrize("days", [1, 9, 30, 90, 400])
@pytest.mark.parametrize("style", [True, False])
def test_dates_stay_within_the_picture(days: int, style: bool) -> None:
    """No label leaves the picture, and none covers the next, on a desk or on a phone."""
    last = FIRST + timedelta(days=days - 1)
    marks = [Mark(FIRST, "warn from"), Mark(last, "suspend from"), Mark(date(2030, 1, 1), "then")]
    root = parse(
        timeline({FIRST: {}, last: {"allow": 9}}, CATEGORIES, CAPTION, marks=marks, style=style)
    )
    for svg in root.iter(f"{SVG}svg"):
        spans = [_span(one) for one in svg.iter(f"{SVG}text") if "2024" in (one.text or "")]
        axis = sorted(span for span in spans if span[2] > 240)
        assert axis
        assert all(left >= 0 and right <= float(svg.attrib["width"]) for left, right, _ in spans)
        assert all(one[1] <= next_[0] for one, next_ in pairwise(axis))


def test_a_phone_gets_words_as_large_as_the_page() -> None:
    """Within a page title and legend are HTML, and a narrow drawing needs not shrink."""
    figure = timeline(COUNTS, CATEGORIES, CAPTION, style=False)
    root = parse(figure)
    wide, narrow = root.iter(f"{SVG}svg")
    assert (wide.attrib["class"], narrow.attrib["class"]) == (
        "rg-picture rg-wide",
        "rg-picture rg-narrow",
    )
    assert float(narrow.attrib["width"]) <= 300
    assert all(float(one.attrib["font-size"]) >= 11 for one in narrow.iter(f"{SVG}text"))
    assert [one.tail for one in root.iter("span")][1:] == ["allowed", "blocked"]


def _span(text: Element) -> tuple[float, float, float]:
    """Where a text begins and ends, and its baseline."""
    x, y, wide = float(text.attrib["x"]), float(text.attrib["y"]), length(text.text or "", 11)
    part = {"middle": 0.5, "end": 1.0}.get(text.attrib.get("text-anchor", ""), 0.0)
    return x - part * wide, x + (1 - part) * wide, y
