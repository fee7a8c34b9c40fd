"""SVG as text: the frame of a picture, its title and legend. Everything from outside is escaped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from xml.sax.saxutils import escape

from regiongate.picture.palette import fill, stylesheet
from regiongate.picture.scale import Entry

MARGIN = 16
"""Pixels around everything."""

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# The width of a letter on average, in parts of the size of the type.
_LETTER = 0.56


@dataclass(frozen=True, slots=True)
class Caption:
    """What a picture shows: a title, and a sentence or two that say it in words.

    Both are drawn, and both are what a screen reader reads.
    """

    title: str
    description: str


@dataclass(frozen=True, slots=True)
class Block:
    """Drawn elements that begin at the top left, and their height in pixels."""

    body: str
    height: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is between the heading and the legend, and how wide it is in pixels."""

    width: float
    block: Block


def plain(text: str) -> str:
    """Text between two tags. Characters that XML cannot hold become U+FFFD, so that they show."""
    return escape(_FORBIDDEN.sub("\ufffd", text))


def number(value: float) -> str:
    """A coordinate with at most one decimal."""
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")


def write(x: float, y: float, text: str, size: float = 12, *, more: str = "") -> str:
    """One line of text with its baseline at y."""
    place = f'x="{number(x)}" y="{number(y)}" font-size="{number(size)}"'
    return f"<text {place} {more or fill('ink')}>{plain(text)}</text>"


def length(text: str, size: float) -> float:
    """About how wide a text is, in pixels; the font is the reader's."""
    return len(text) * size * _LETTER


def heading(caption: Caption, width: float) -> Block:
    """The title and the description, wrapped."""
    y, lines = float(MARGIN), []
    for text, size, look in (
        (caption.title, 18, fill("ink") + ' font-weight="600"'),
        (caption.description, 13, fill("quiet")),
    ):
        for row in wrap(text, max(int((width - 2 * MARGIN) / (size * _LETTER)), 1)):
            y += size * 1.4
            lines.append(write(MARGIN, y - size * 0.35, row, size, more=look))
    return Block("".join(lines), y + 12)


def legend(entries: Sequence[Entry], width: float) -> Block:
    """A swatch and a label for each entry, in as many rows as they need."""
    x, y, shapes = float(MARGIN), 12.0, []
    for entry in entries:
        wide = 18 + length(entry.label, 12)
        if x > MARGIN and x + wide > width - MARGIN:
            x, y = float(MARGIN), y + 22
        shapes.append(
            f'<rect x="{number(x)}" y="{number(y - 10)}" width="12" height="12" rx="2" '
            f"{fill(entry.shade)}/>" + write(x + 18, y, entry.label)
        )
        x += wide + 20
    return Block("".join(shapes), y + 4 if entries else 0)


def frame(width: float, height: float, body: str, look: str = "") -> str:
    """The element of a picture: `body` begins with a title, and `look` are more classes."""
    across, down = number(width), number(height)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="rg-picture{look}" role="img" '
        f'width="{across}" height="{down}" viewBox="0 0 {across} {down}" font-family="sans-serif">'
        f"{body}</svg>"
    )


def picture(caption: Caption, drawing: Drawing, entries: Sequence[Entry]) -> str:
    """A whole SVG that stands alone: heading, drawing and legend one under the other."""
    width = drawing.width
    top = heading(caption, width)
    parts, y = [top.body], top.height
    for block in (drawing.block, legend(entries, width)):
        if block.body:
            parts.append(f'<g transform="translate(0 {number(y)})">{block.body}</g>')
            y += block.height + MARGIN
    told = f"<title>{plain(caption.title)}</title><desc>{plain(caption.description)}</desc>"
    paper = f'<rect width="{number(width)}" height="{number(y)}" {fill("paper")}/>'
    return frame(width, y, f"{told}<style>{stylesheet()}</style>{paper}{''.join(parts)}") + "\n"
