"""Folding text to a width, in languages with spaces and in those without (UAX 14, the part)."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import pairwise

WIDTH = 72
"""Columns that a line of plain text may have, so that it survives being quoted (RFC 3676, 4.2)."""

_NOT_FIRST = set("，。、；：！？）》」』”’…,.;:!?)")  # noqa: RUF001 - the marks themselves
_NOT_LAST = set("（《「『“‘(")  # noqa: RUF001 - the marks themselves
_OPENING, _CLOSING = "\u2066\u2067\u2068", "\u2069"
_SPACES = re.compile(r"[ \n\t]+")


def columns(text: str) -> int:
    """How many columns a text takes: wide characters take two, marks and formats none (UAX 11)."""
    return len(text) if text.isascii() else sum(map(_columns, text))


@cache
def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if _is_wide(character) else 1


@cache
def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in ("W", "F")


def one_line(text: str) -> str:
    """A text without line breaks, with one space wherever there were several."""
    return _SPACES.sub(" ", text).strip(" ")


def fold(text: str, hang: int = 0) -> str:
    """A text in lines of at most WIDTH columns; lines after the first are indented by `hang`.

    A word that is wider than a line keeps a line to itself: addresses and links are never cut.
    """
    flat = one_line(text)
    if flat.isascii():
        return _fold_words(flat.split(" "), hang)
    lines, width = [""], 0
    for space, piece in _pieces(flat):
        wide = columns(piece)
        if width and width + len(space) + wide > WIDTH:
            lines.append(" " * hang + piece)
            width = hang + wide
        else:
            lines[-1] += space + piece
            width += len(space) + wide
    return "\n".join(lines)


def _fold_words(words: list[str], hang: int) -> str:
    """The same for ASCII, where a line can be broken at spaces only and letters are as wide."""
    lines, line = [], words[0]
    for word in words[1:]:
        if line and len(line) + 1 + len(word) > WIDTH:
            lines.append(line)
            line = " " * hang + word
        else:
            line += f" {word}"
    return "\n".join([*lines, line])


def _pieces(text: str) -> list[tuple[str, str]]:
    """What a line may not be broken within, each with the space that stands before it."""
    found: list[tuple[str, str]] = []
    for word in _words(text):
        pieces = _within(word)
        found.append((" " if found else "", pieces[0]))
        found.extend(("", piece) for piece in pieces[1:])
    return found


def _words(text: str) -> list[str]:
    """What spaces part, where an isolate (UAX 9) ends with its line: it is kept in one."""
    if _CLOSING not in text:
        return text.split(" ")
    words: list[str] = []
    depth = 0
    for word in text.split(" "):
        if depth > 0:
            words[-1] += f" {word}"
        else:
            words.append(word)
        depth += sum((c in _OPENING) - (c in _CLOSING) for c in word)
    return words


def _within(word: str) -> list[str]:
    """A word cut beside wide characters, except before a closing and after an opening mark."""
    if word.isascii() or word[0] in _OPENING:
        return [word]
    pieces = [word[:1]]
    for before, here in pairwise(word):
        cut = _is_wide(before) or _is_wide(here)
        if cut and here not in _NOT_FIRST and before not in _NOT_LAST:
            pieces.append(here)
        else:
            pieces[-1] += here
    return pieces


def underline(text: str) -> str:
    """Dashes as wide as a text."""
    return "-" * columns(text)
