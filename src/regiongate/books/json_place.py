"""At which column of a line of JSON a value stands: asked only when something is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from json import JSONDecoder

Path = tuple[str | int, ...]
"""The keys and positions that lead to a value."""

_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = JSONDecoder()


def column(text: str, path: Sequence[str | int]) -> int:
    """The column (from 1) of the value, or of the last part of the path that is there."""
    place = _skip(text, 0)
    for step in path:
        found = _member(text, place, step) if isinstance(step, str) else _item(text, place, step)
        if found is None:
            break
        place = found
    return place + 1


def _member(text: str, place: int, key: str) -> int | None:
    """Where the value of a key of the object at `place` begins; of several the last counts."""
    found = None
    if text[place] == "{":
        place = _skip(text, place + 1)
        while text[place] == '"':
            name, place = _DECODER.raw_decode(text, place)
            value = _skip(text, _skip(text, place) + 1)
            found = value if name == key else found
            place = _after(text, value)
    return found


def _item(text: str, place: int, number: int) -> int | None:
    """Where an item of the array at `place` begins."""
    if text[place] != "[":
        return None
    place = _skip(text, place + 1)
    for _ in range(number):
        if text[place] == "]":
            return None
        place = _after(text, place)
    return None if text[place] == "]" else place


def _after(text: str, place: int) -> int:
    """Where what follows the value at `place` begins, behind its comma."""
    place = _skip(text, _DECODER.raw_decode(text, place)[1])
    return _skip(text, place + 1) if text[place] == "," else place


def _skip(text: str, place: int) -> int:
    space = _SPACE.match(text, place)
    return place if space is None else space.end()
