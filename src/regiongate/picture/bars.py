"""A list as bars: one row each, stacked by verdict, longest first or in the caller's order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from regiongate.picture.palette import fill
from regiongate.picture.scale import Categories
from regiongate.picture.svg import (
    MARGIN,
    Block,
    Caption,
    legend,
    length,
    picture,
    plain,
    write,
)

WIDTH = 960
_ROW = 24
_LABEL = 220  # room for the names
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

    Raises ValueError for a category that is not in `categories`, and for a count below zero.
    """
    for row in rows:
        for category, count in row.counts.items():
            categories.shade(category)
            if count < 0:
                raise ValueError(f"the count of {row.label} is below zero")
    largest = max([1, *(row.total for row in rows)])
    body = "".join(_bar(row, at, largest, categories) for at, row in enumerate(rows))
    plot = Block(body, len(rows) * _ROW)
    return picture(caption, WIDTH, [plot, legend(categories.legend(), WIDTH)], style=style)


def _bar(row: Row, at: int, largest: int, categories: Categories) -> str:
    room = WIDTH - 2 * MARGIN - _LABEL - _VALUE
    x, y = float(MARGIN + _LABEL), at * _ROW
    parts = [write(x - 8, y + 15, _short(row.label), 12, more=f'{fill("ink")} text-anchor="end"')]
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


def _short(label: str) -> str:
    """The name, cut where it would run out of its room; the tooltip has it whole."""
    most = int((_LABEL - 12) / length("x", 12))
    return label if len(label) <= most else label[: most - 1] + "\N{HORIZONTAL ELLIPSIS}"
