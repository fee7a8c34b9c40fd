"""Counts day by day, stacked by verdict, with the dates of the measure drawn in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from regiongate.picture import ticks
from regiongate.picture.figure import figure
from regiongate.picture.palette import fill, line
from regiongate.picture.scale import Categories
from regiongate.picture.svg import (
    MARGIN,
    Block,
    Caption,
    Drawing,
    length,
    number,
    picture,
    plain,
    write,
)

WIDTH = 960
NARROW = 300
_DATES = {WIDTH: 9, NARROW: 3}  # so many dates have room on the axis
_HEIGHT = 240
_LEFT = 84  # room for the numbers
_ROW = 18  # one row of labels of dates


@dataclass(frozen=True, slots=True)
class Mark:
    """A date of the measure, and what begins on it."""

    day: date
    label: str


@dataclass(frozen=True, slots=True)
class _Plane:
    """Where days and counts are on the picture."""

    width: int
    first: date
    last: date
    top: float
    largest: int

    @property
    def step(self) -> float:
        return (self.width - MARGIN - _LEFT) / ((self.last - self.first).days + 1)

    def x(self, day: date) -> float:
        return _LEFT + (day - self.first).days * self.step

    def y(self, count: float) -> float:
        return self.top + _HEIGHT * (1 - count / self.largest)


def timeline(
    counts: Mapping[date, Mapping[str, int]],
    categories: Categories,
    caption: Caption,
    *,
    marks: Sequence[Mark] = (),
    unit: str = "requests",
    style: bool = True,
) -> str:
    """The plot as SVG: one bar a day from the first to the last, the categories one on the other.

    `counts` says for each day how many there were of each category; a day without counts is
    an empty place. A mark before the first day or after the last stands at that edge, with an
    arrow. Without `style` it is the HTML figure of a page that carries `stylesheet()`, with a
    second drawing for a phone.

    Raises ValueError when there is no day, for a category that is not in `categories`, and for a
    count below zero.
    """
    if not counts:
        raise ValueError("a plot over time needs at least one day")
    for count in counts.values():
        if any(value < 0 for value in count.values()):
            raise ValueError("a count is below zero")
        for category in count:
            categories.shade(category)
    wide, narrow = (
        Drawing(width, _plot(width, counts, categories, marks, unit)) for width in (WIDTH, NARROW)
    )
    entries = categories.legend()
    return picture(caption, wide, entries) if style else figure(caption, wide, entries, narrow)


def _plot(
    width: int,
    counts: Mapping[date, Mapping[str, int]],
    categories: Categories,
    marks: Sequence[Mark],
    unit: str,
) -> Block:
    first, last = min(counts), max(counts)
    ordered = sorted(marks, key=lambda m: (m.day, m.label))
    labels, rows = _rows(ordered, _Plane(width, first, last, 0, 1))
    grid = ticks.numbers(max(sum(count.values()) for count in counts.values()))
    plane = _Plane(width, first, last, rows * _ROW + 8, grid[-1])
    body = [_axes(plane, grid, unit), *_bars(plane, counts, categories), _days(plane, counts, unit)]
    body += [_line(plane, label) for label in labels] + [_words(label) for label in labels]
    return Block("".join(body), plane.top + _HEIGHT + 26)


def _axes(plane: _Plane, grid: Sequence[int], unit: str) -> str:
    parts = []
    for count in grid:
        y = plane.y(count)
        parts.append(
            f'<path {line("line")} d="M{_LEFT} {number(y)}H{plane.width - MARGIN}"/>'
            + _quiet(_LEFT - 8, y + 4, f"{count:,}" + (f" {unit}" if count == 0 else ""), "end")
        )
    return "".join([*parts, *_dates(plane)])


def _dates(plane: _Plane) -> Iterator[str]:
    """The dates below the axis, each within the picture and clear of the one before."""
    taken = 0.0
    for when in ticks.dates(plane.first, plane.last, _DATES[plane.width]):
        text = ticks.day(when)
        half = length(text, 11) / 2
        x = min(plane.x(when) + plane.step / 2, plane.width - half)
        if x - half >= taken:
            yield _quiet(x, plane.top + _HEIGHT + 18, text, "middle")
            taken = x + half


def _quiet(x: float, y: float, text: str, anchor: str) -> str:
    return write(x, y, text, 11, more=f'{fill("quiet")} text-anchor="{anchor}"')


def _bars(
    plane: _Plane, counts: Mapping[date, Mapping[str, int]], categories: Categories
) -> list[str]:
    """One path for each category."""
    gap = 1 if plane.step > 4 else 0
    wide = number(plane.step - gap)
    below = dict.fromkeys(counts, 0)
    paths = []
    for entry in categories.entries:
        moves = []
        for day in sorted(counts):
            count = counts[day].get(entry.shade, 0)
            if count:
                x, y = number(plane.x(day) + gap / 2), plane.y(below[day] + count)
                tall = plane.y(below[day]) - y
                moves.append(f"M{x} {y:.2f}h{wide}v{tall:.2f}h-{wide}z")
                below[day] += count
        paths.append(f'<path {fill(entry.shade)} d="{"".join(moves)}"/>' if moves else "")
    return paths


def _days(plane: _Plane, counts: Mapping[date, Mapping[str, int]], unit: str) -> str:
    """A column over each day that shows its numbers to a pointer."""
    columns = []
    for day in sorted(counts):
        told = ", ".join(f"{key} {value:,}" for key, value in counts[day].items() if value)
        text = plain(f"{ticks.day(day)}: {told or '0'} {unit}")
        columns.append(
            f'<rect x="{number(plane.x(day))}" y="{number(plane.top)}" '
            f'width="{number(plane.step)}" height="{_HEIGHT}"><title>{text}</title></rect>'
        )
    return f'<g fill-opacity="0">{"".join(columns)}</g>'


@dataclass(frozen=True, slots=True)
class _Label:
    day: date
    text: str
    row: int
    x: float
    leftwards: bool


def _rows(marks: Sequence[Mark], plane: _Plane) -> tuple[list[_Label], int]:
    """A row for each label so that none covers another, and how many rows there are."""
    first, last = plane.first, plane.last
    ends: list[list[tuple[float, float]]] = []
    labels = []
    for mark in marks:
        text = _text(mark, first, last)
        x = plane.x(min(max(mark.day, first), last)) + plane.step * (mark.day > last)
        wide = length(text, 12)
        leftwards = x + wide > plane.width - MARGIN
        if leftwards and x < wide:  # It fits on neither side of its line, so it ends at the edge.
            x = plane.width
        span = (x - wide, x) if leftwards else (x, x + wide)
        row = next((at for at, taken in enumerate(ends) if _free(taken, span)), len(ends))
        if row == len(ends):
            ends.append([])
        ends[row].append(span)
        labels.append(_Label(mark.day, text, row, x, leftwards))
    return labels, len(ends)


def _free(taken: Sequence[tuple[float, float]], span: tuple[float, float]) -> bool:
    return all(span[1] + 8 < start or end + 8 < span[0] for start, end in taken)


def _text(mark: Mark, first: date, last: date) -> str:
    text = f"{mark.label}, {ticks.day(mark.day)}"
    if mark.day < first:
        return f"\N{LEFTWARDS ARROW} {text}"
    return f"{text} \N{RIGHTWARDS ARROW}" if mark.day > last else text


def _line(plane: _Plane, label: _Label) -> str:
    """The line of a date within the period; of one outside there is none."""
    if not plane.first <= label.day <= plane.last:
        return ""
    way = f"M{number(plane.x(label.day))} {label.row * _ROW + 2}V{number(plane.top + _HEIGHT)}"
    return f'<path {line("ink")} stroke-dasharray="3 3" d="{way}"/>'


def _words(label: _Label) -> str:
    end = ' text-anchor="end"' if label.leftwards else ""
    x = label.x + (-4 if label.leftwards else 4)
    return write(x, label.row * _ROW + 12, label.text, 12, more=_INK + end)


# Ink with a rim of paper is legible where the line of another date runs through it.
_INK = (
    'class="rg-ink rg-paper-line" fill="#1c2127" stroke="#ffffff" '
    'stroke-width="3" stroke-linejoin="round" paint-order="stroke"'
)
