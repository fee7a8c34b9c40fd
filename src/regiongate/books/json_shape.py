"""Objects as they stand in JSON: which keys they have, and what each value must be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from regiongate.books.json_place import Path
from regiongate.books.wrong import Wrong

T = TypeVar("T")

Parse = Callable[[Any], Any]
"""From a value of JSON to one of ours; raises Wrong."""


def listed(value: Any) -> Any:
    """A list, each item of which is looked at later."""
    if type(value) is not list:
        raise Wrong("bad-type", "This is not a list", "write [] or [{…}, …]")
    return value


@dataclass(frozen=True, slots=True)
class Shape:
    """The keys of an object; of those in `optional` null and absence mean that nobody said."""

    keys: Mapping[str, Parse]
    optional: Set[str] = frozenset()


class Reading:
    """Collects everything that is wrong with one line, with the path to it."""

    def __init__(self) -> None:
        self.wrongs: list[tuple[Path, Wrong]] = []

    def wrong(self, path: Path, code: str, message: str, remedy: str) -> None:
        """Note one."""
        self.wrongs.append((path, Wrong(code, message, remedy)))

    def add(self, path: Path, wrong: Wrong | None) -> None:
        """Note one, if it is one."""
        if wrong is not None:
            self.wrongs.append((path, wrong))

    def read(self, value: object, shape: Shape, path: Path = ()) -> list[Any] | None:
        """The values of an object in the order of its shape, None for each that is wrong.

        None for the whole where it is no object.
        """
        if not isinstance(value, dict):
            self.wrong(path, "bad-type", "This is not an object", f"write {_form(shape)}")
            return None
        if not value.keys() <= shape.keys.keys():
            self._unknown(value, shape, path)
        found: list[Any] = []
        for key, parse in shape.keys.items():
            said = value.get(key)
            if said is None and key in shape.optional:
                found.append(None)
                continue
            try:
                found.append(parse(said))
            except Wrong as wrong:
                self._wrong_value(value, key, path, wrong)
                found.append(None)
        return found

    def items(self, found: list[Any] | None, shape: Shape, path: Path) -> list[list[Any]]:
        """The values of the objects in a list, as far as each is one; none where it is None."""
        if not found:
            return []
        read = (self.read(item, shape, (*path, place)) for place, item in enumerate(found))
        return [item for item in read if item is not None]

    def _unknown(self, value: dict[str, Any], shape: Shape, path: Path) -> None:
        # It is not shown: somebody may have put an API key here.
        message, remedy = "This is under no key that is known", f"use {', '.join(shape.keys)}"
        for key in value.keys() - shape.keys.keys():
            self.wrong((*path, key), "unknown-key", message, remedy)

    def _wrong_value(self, value: dict[str, Any], key: str, path: Path, wrong: Wrong) -> None:
        if key in value:
            self.wrongs.append(((*path, key), wrong))
        else:
            self.wrong(path, "missing-key", f"`{key}` is missing", wrong.remedy)


def text(parse: Callable[[str], T]) -> Callable[[Any], T]:
    """What is written as a text."""

    def read(value: Any) -> T:
        if type(value) is not str:
            raise Wrong("bad-type", "This is not a text", 'write it in quotes: "…"')
        return parse(value)

    return read


def truth(value: Any) -> bool:
    """True or false."""
    if type(value) is not bool:
        raise Wrong("bad-type", "This is not a truth value", "write true or false")
    return value


def number(parse: Callable[[int | Decimal], T]) -> Callable[[Any], T]:
    """What is written as a number."""

    def read(value: Any) -> T:
        if type(value) not in (int, Decimal):
            raise Wrong("bad-type", "This is not a number", "write it without quotes, as 0.35")
        return parse(value)

    return read


def _form(shape: Shape) -> str:
    return "{" + ", ".join(f'"{key}": …' for key in shape.keys) + "}"
