"""Where in a record a field lies: `country.iso_code`, `subdivisions[0].iso_code`."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NAME, _PLACE = r"[^.\[\]]+", r"\[-?[0-9]{1,9}\]"
_PATH = re.compile(rf"(?:{_NAME}|{_PLACE})(?:\.{_NAME}|{_PLACE})*")
_STEP = re.compile(rf"{_NAME}|{_PLACE}")


class BadPath(ValueError):
    """A text that is no path of a field; the message names what is wrong with it."""


@dataclass(frozen=True, slots=True)
class FieldPath:
    """The steps from a record to one of its fields.

    A text names a key of a map, or a place in an array when it is a number, as in
    `subdivisions.0.iso_code`; a number is a place in an array only, counted from the end when it
    is negative.
    """

    steps: tuple[str | int, ...]

    def of(self, record: object) -> object:
        """What a record holds there, None when there is no such place in it."""
        for step in self.steps:
            if isinstance(record, dict) and isinstance(step, str):
                record = record.get(step)
            elif isinstance(record, list):
                record = _at(record, step)
            else:
                return None
        return record


def parse(text: str) -> FieldPath:
    """The path that a text writes down; raises BadPath.

    Names are separated by dots, places in arrays stand in brackets: `subdivisions[0].iso_code`,
    or `subdivisions[-1].iso_code` for the last one.
    """
    if _PATH.fullmatch(text) is None:
        remedy = "write it as country.iso_code or subdivisions[0].iso_code"
        raise BadPath(f"{text!r} is no path of a field: {remedy}")
    steps = _STEP.findall(text)
    return FieldPath(tuple(int(step[1:-1]) if step[0] == "[" else step for step in steps))


def _at(array: list[object], step: str | int) -> object:
    if isinstance(step, str):
        if not (step.isascii() and step.isdecimal() and len(step) < 10):
            return None
        step = int(step)
    return array[step] if -len(array) <= step < len(array) else None
