"""A list as bars: one row each, stacked by verdict, longest first or in the caller's order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from regiongate.picture.figure import figure
from regiongate.picture.palette import fill
from regiongate.picture.scale import Categories
from regiongate.picture.svg import (
    MARGIN,
    Block,
    Caption,
    Drawing,
    length,
    picture,
    plain,
    write,
)

WIDTH = 960
NARROW = 300
_ROW = 24
_LABELS = {WIDTH: 220, NARROW: 110}  # room for the names
_VALUE = 90  # room for the numbers


@dataclass(frozen=True, slots=True)
class Row:
    """One bar: whose it is, and how many there were of each category."""

    label: str
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        """All categories together."""
        return sum(self.counts.values())


def bars(
    rows: Sequence[Row], categories: Categories, caption: Caption, *, style: bool = True
) -> str:
    """The bars as SVG, in the order of the rows; each with its name and its total.

    Without `style` they are the HTML figure of a page that carries `stylesheet()`.

    Raises ValueError for a category that is not in `categories`, and for a count below zero.
    """
    for row in rows:
        for category, count in row.counts.items():
            categories.shade(category)
            if count < 0:
                raise ValueError(f"the count of {row.label} is below zero")
    largest = max([1, *(row.total for row in rows)])
    wide, narrow = (
        Drawing(width, _plot(rows, width, largest, categories)) for width in (WIDTH, NARROW)
    )
    entries = categories.legend()
    return picture(caption, wide, entries) if style else figure(caption, wide, entries, narrow)


def _plot(rows: Sequence[Row], width: int, largest: int, categories: Categories) -> Block:
    body = "".join(_bar(row, at, width, largest, categories) for at, row in enumerate(rows))
    return Block(body, len(rows) * _ROW)


def _bar(row: Row, at: int, width: int, largest: int, categories: Categories) -> str:
    names = _LABELS[width]
    room = width - 2 * MARGIN - names - _VALUE
    x, y = float(MARGIN + names), at * _ROW
    name = _short(row.label, names)
    parts = [write(x - 8, y + 15, name, 12, more=f'{fill("ink")} text-anchor="end"')]
    for entry in categories.entries:
        wide = room * row.counts.get(entry.shade, 0) / largest
        if wide:
            parts.append(
                f'<rect x="{x:.2f}" y="{y + 3}" width="{wide:.2f}" height="{_ROW - 6}" '
                f"{fill(entry.shade)}/>"
            )
            x += wide
    total = write(x + 6, y + 15, f"{row.total:,}", 12, more=fill("quiet"))
    told = ", ".join(f"{key} {value:,}" for key, value in row.counts.items() if value) or "0"
    return f"<g><title>{plain(f'{row.label}: {told}')}</title>{''.join(parts)}{total}</g>"


def _short(label: str, room: int) -> str:
    """The name, cut where it would run out of its room; the tooltip has it whole."""
    most = int((room - 12) / length("x", 12))
    return label if len(label) <= most else label[: most - 1] + "\N{HORIZONTAL ELLIPSIS}"
