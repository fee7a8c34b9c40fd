"""HTML as text, written so that nothing from a log can be anything but text.

An id, a path or a key in a log is whatever a client sent. Characters that would hide or turn the
text around them are shown as their code, and a long text is cut, with the table behind it whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

MOST = 80
"""Characters of one text that the page shows."""

_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\xa0\xad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202f"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff]"
)


@dataclass(frozen=True, slots=True)
class Markup:
    """HTML that may stand in a page as it is."""

    html: str


Content = Markup | str | int | None
"""What an element holds: markup, a text from anywhere, a number, or nothing."""


def shown(text: str) -> str:
    """A text from outside as the page shows it, before escaping."""
    seen = _HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return seen if len(seen) <= MOST else f"{seen[: MOST - 1]}\N{HORIZONTAL ELLIPSIS}"


def html(content: Content) -> str:
    """Anything as HTML: numbers with separators, nothing as a dash."""
    if content is None:
        return "\N{EN DASH}"
    if isinstance(content, Markup):
        return content.html
    return f"{content:,}" if isinstance(content, int) else escape(shown(content))


def outside(text: str) -> Markup:
    """A text from a log: kept apart from the direction of what is around it, in fixed width."""
    return Markup(f'<bdi class="id">{html(text)}</bdi>')


def whole(text: str) -> Markup:
    """A text that is not broken into lines, such as a network or a date."""
    return Markup(f'<span class="whole">{html(text)}</span>')


def prose(*parts: Content) -> Markup:
    """A paragraph."""
    return Markup(f"<p>{''.join(map(_uncut, parts))}</p>")


def _uncut(part: Content) -> str:
    """Our own sentences are never cut."""
    return escape(part) if isinstance(part, str) else html(part)


def lines(parts: Iterable[Content]) -> Markup:
    """One thing under the other in a cell."""
    return Markup("<br>".join(map(html, parts)))


@dataclass(frozen=True, slots=True)
class Table:
    """A table with what it shows, its headings, and its rows; the first column names the row.

    `numbers` are the columns that hold numbers. A `wide` one becomes a card for each row where the
    page is narrow.
    """

    caption: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Content]]
    numbers: frozenset[int] = frozenset()
    wide: bool = False

    def html(self) -> str:
        """The table, in a frame that scrolls by itself and that the keyboard can reach."""
        label = escape(self.caption, quote=True)
        look = ' class="cards"' if self.wide else ""
        head = "".join(
            f'<th scope="col" role="columnheader"{self._look(at)}>{escape(text)}</th>'
            for at, text in enumerate(self.headings)
        )
        body = "".join(self._row(row) for row in self.rows)
        return (
            f'<div class="frame" role="region" aria-label="{label}" tabindex="0">'
            f'<table role="table"{look}><caption>{escape(self.caption)}</caption>'
            f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>'
            f'<tbody role="rowgroup">{body}</tbody></table></div>'
        )

    def _row(self, row: Sequence[Content]) -> str:
        first, *rest = row
        cells = "".join(
            f'<td role="cell"{self._look(at)} data-of="{escape(self.headings[at], quote=True)}">'
            f"{self._inside(cell)}</td>"
            for at, cell in enumerate(rest, start=1)
        )
        return f'<tr role="row"><th scope="row" role="rowheader">{html(first)}</th>{cells}</tr>'

    def _inside(self, cell: Content) -> str:
        """A card sets what a cell holds beside its heading, as one."""
        return f"<div>{html(cell)}</div>" if self.wide else html(cell)

    def _look(self, at: int) -> str:
        return ' class="number"' if at in self.numbers else ""


def section(anchor: str, title: str, *parts: str) -> str:
    """A part of the page under a heading."""
    return (
        f'<section aria-labelledby="{anchor}"><h2 id="{anchor}">{escape(title)}</h2>'
        f"{''.join(parts)}</section>"
    )


def folded(summary: str, content: str) -> str:
    """Content behind a line that opens it."""
    return f"<details><summary>{escape(summary)}</summary>{content}</details>"
