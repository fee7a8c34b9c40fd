"""Counts day by day, stacked by verdict, with the dates of the measure drawn in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from regiongate.picture import ticks
from regiongate.picture.palette import fill, line
from regiongate.picture.scale import Categories
from regiongate.picture.svg import (
    MARGIN,
    Block,
    Caption,
    legend,
    length,
    number,
    picture,
    plain,
    write,
)

WIDTH = 960
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

    first: date
    last: date
    top: float
    largest: int

    @property
    def step(self) -> float:
        return (WIDTH - MARGIN - _LEFT) / ((self.last - self.first).days + 1)

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
    arrow. Raises ValueError when there is no day, for a category that is not in `categories`,
    and for a count below zero.
    """
    if not counts:
        raise ValueError("a plot over time needs at least one day")
    for count in counts.values():
        if any(value < 0 for value in count.values()):
            raise ValueError("a count is below zero")
        for category in count:
            categories.shade(category)
    labels, rows = _rows(sorted(marks, key=lambda m: (m.day, m.label)), min(counts), max(counts))
    grid = ticks.numbers(max(sum(count.values()) for count in counts.values()))
    plane = _Plane(min(counts), max(counts), rows * _ROW + 8, grid[-1])
    body = [_axes(plane, grid, unit), *_bars(plane, counts, categories), _days(plane, counts, unit)]
    body += [_mark(plane, label) for label in labels]
    plot = Block("".join(body), plane.top + _HEIGHT + 26)
    return picture(caption, WIDTH, [plot, legend(categories.legend(), WIDTH)], style=style)


def _axes(plane: _Plane, grid: Sequence[int], unit: str) -> str:
    parts = []
    for count in grid:
        y = plane.y(count)
        parts.append(
            f'<path {line("line")} d="M{_LEFT} {number(y)}H{WIDTH - MARGIN}"/>'
            + _quiet(_LEFT - 8, y + 4, f"{count:,}" + (f" {unit}" if count == 0 else ""), "end")
        )
    for when in ticks.dates(plane.first, plane.last):
        x = plane.x(when) + plane.step / 2
        parts.append(_quiet(x, plane.top + _HEIGHT + 18, ticks.day(when), "middle"))
    return "".join(parts)


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
    leftwards: bool


def _rows(marks: Sequence[Mark], first: date, last: date) -> tuple[list[_Label], int]:
    """A row for each label so that none covers another, and how many rows there are."""
    plane = _Plane(first, last, 0, 1)
    ends: list[list[tuple[float, float]]] = []
    labels = []
    for mark in marks:
        text = _text(mark, first, last)
        x = plane.x(min(max(mark.day, first), last))
        leftwards = x + length(text, 12) > WIDTH - MARGIN
        span = (x - length(text, 12), x) if leftwards else (x, x + length(text, 12))
        row = next((at for at, taken in enumerate(ends) if _free(taken, span)), len(ends))
        if row == len(ends):
            ends.append([])
        ends[row].append(span)
        labels.append(_Label(mark.day, text, row, leftwards))
    return labels, len(ends)


def _free(taken: Sequence[tuple[float, float]], span: tuple[float, float]) -> bool:
    return all(span[1] + 8 < start or end + 8 < span[0] for start, end in taken)


def _text(mark: Mark, first: date, last: date) -> str:
    text = f"{mark.label}, {ticks.day(mark.day)}"
    if mark.day < first:
        return f"\N{LEFTWARDS ARROW} {text}"
    return f"{text} \N{RIGHTWARDS ARROW}" if mark.day > last else text


def _mark(plane: _Plane, label: _Label) -> str:
    inside = plane.first <= label.day <= plane.last
    edge = plane.x(plane.last) + plane.step if label.day > plane.last else plane.x(plane.first)
    x = plane.x(label.day) if inside else edge
    y = label.row * _ROW + 12
    end = ' text-anchor="end"' if label.leftwards else ""
    text = write(x + (-4 if label.leftwards else 4), y, label.text, 12, more=fill("ink") + end)
    if not inside:
        return text
    stop = number(plane.top + _HEIGHT)
    return f'<path {line("ink")} stroke-dasharray="3 3" d="M{number(x)} {y - 10}V{stop}"/>{text}'
