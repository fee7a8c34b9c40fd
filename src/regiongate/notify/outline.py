"""A message with gaps: what a template says wherever the facts have the same shape.

Thousands of letters differ in a few facts only. Which sentences a letter has follows from which
facts there are and from the few that choose words (CHOICES), and not from what the others say. So a
template is rendered once for each such shape, with a mark in place of each fact; what no fact
stands in is wrapped then, and a letter costs no more than its facts and the lines they stand in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

CHOICES = frozenset(
    {
        "lang",
        "direction",
        "colon",
        "kinds",
        "release_cause",
        "outcome",
        "exemption_scope",
    }
)
"""The facts that a template may compare, beside those that are true or false."""

Shape = tuple[Any, ...]
"""What is there of facts, without what they say: hashable, and the same for the same sentences."""

_TEXT: Shape = ("text",)
_GAP = re.compile("\ue000([0-9]+)\ue001")
_FOLDED = re.compile("\ue002([0-9]+)\ue003(.*?)\ue004", re.DOTALL)

Piece = str | int
"""Words, or the number of the fact that stands there."""


class Gap(str):
    """A fact whose words are not known yet. A template that asks what it says is refused.

    What depended on the answer would stand in every letter of the same shape.
    """

    __slots__ = ()

    def __new__(cls, number: int) -> Gap:
        """The gap of the fact with this number; its marks are in no template."""
        return super().__new__(cls, f"\ue000{number}\ue001")

    def __eq__(self, other: object) -> bool:
        """Never answered."""
        raise TypeError(f"a template compares a fact with {other!r}: name it in CHOICES")

    def __bool__(self) -> bool:
        """Never answered."""
        raise TypeError("a template asks whether a fact is empty: ask whether it is defined")

    __hash__ = str.__hash__


@dataclass(frozen=True, slots=True)
class Folded:
    """A paragraph in which facts stand: it is wrapped once they are known."""

    hang: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """The words of a message around its facts."""

    pieces: tuple[Piece | Folded, ...]

    def filled(self, texts: Sequence[str], wrap: Callable[[str, int], str]) -> str:
        """The message with these facts, in the order of `take_apart`."""
        found: list[str] = []
        for piece in self.pieces:
            if isinstance(piece, str):
                found.append(piece)
            elif isinstance(piece, int):
                found.append(texts[piece])
            else:
                found.append(wrap(_joined(piece.pieces, texts), piece.hang))
        return "".join(found)


def outline(rendered: str) -> Outline:
    """The outline that was rendered with `gaps`, and with `later` for what is wrapped."""
    found: list[Piece | Folded] = []
    parts = iter(_FOLDED.split(rendered))
    found += _pieces(next(parts))
    for hang, inner, after in zip(parts, parts, parts, strict=True):
        found.append(Folded(int(hang), tuple(_pieces(inner))))
        found += _pieces(after)
    return Outline(tuple(found))


def later(text: str, hang: int) -> str | None:
    """The mark of a paragraph that is wrapped later; None where no fact stands in it."""
    return f"\ue002{hang}\ue003{text}\ue004" if _GAP.search(text) else None


def take_apart(facts: Mapping[str, object]) -> tuple[Shape, list[str]]:
    """The shape of facts, and what they say, in the order of the numbers of their gaps."""
    texts: list[str] = []
    return _apart(facts, texts, chosen=False), texts


def gaps(shape: Shape) -> dict[str, Any]:
    """Facts of a shape, with a gap in place of each text."""
    made = _together(shape, iter(range(10**6)))
    assert isinstance(made, dict)  # noqa: S101 - for the type checker
    return made


def _apart(fact: object, texts: list[str], *, chosen: bool) -> Shape:
    if isinstance(fact, str) and not chosen:
        texts.append(fact)
        return _TEXT
    if isinstance(fact, dict):
        named = [(name, _apart(one, texts, chosen=name in CHOICES)) for name, one in fact.items()]
        return ("facts", *named)
    if isinstance(fact, list):
        return ("list", *[_apart(one, texts, chosen=chosen) for one in fact])
    if isinstance(fact, (bool, str)):
        return ("choice", fact)
    raise TypeError(f"{fact!r} is no fact that a template can name")


def _together(shape: Shape, numbers: Iterator[int]) -> object:
    kind, *of = shape
    if kind == "facts":
        return {name: _together(one, numbers) for name, one in of}
    if kind == "list":
        return [_together(one, numbers) for one in of]
    return Gap(next(numbers)) if kind == "text" else of[0]


def _pieces(text: str) -> Iterable[Piece]:
    for place, part in enumerate(_GAP.split(text)):
        if place % 2:
            yield int(part)
        elif part:
            yield part


def _joined(pieces: Iterable[Piece], texts: Sequence[str]) -> str:
    return "".join([piece if isinstance(piece, str) else texts[piece] for piece in pieces])
