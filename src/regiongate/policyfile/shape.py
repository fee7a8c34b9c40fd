"""How a file is described: shapes that read nodes and that write themselves as JSON Schema.

The reader and the schema for editors come from the same description, so neither can know a key
that the other does not.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Generic, TypeVar

from regiongate.policyfile.node import MappingNode, Mark, Node, ScalarNode, SequenceNode, shown
from regiongate.policyfile.reader import Reader, Wrong

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Found(Generic[T_co]):
    """A value and where it stands; a list that is not `whole` has lost its wrong items."""

    value: T_co
    mark: Mark
    whole: bool = True


class Shape(ABC, Generic[T_co]):
    """What a value must look like."""

    @abstractmethod
    def read(self, node: Node, reader: Reader, name: str) -> Found[T_co] | None:
        """The value, or None when it is wrong; the reader then knows why."""

    @abstractmethod
    def schema(self) -> dict[str, Any]:
        """The same rule as JSON Schema, as far as it can say it."""


@dataclass(frozen=True)
class Key(Generic[T]):
    """One key of a mapping: its name, what stands under it, and a sentence about it."""

    name: str
    shape: Shape[T]
    about: str
    required: bool = True


@dataclass(frozen=True)
class Scalar(Shape[T]):
    """A single value; `parse` makes it from what is written, or raises `Wrong`."""

    parse: Callable[[ScalarNode, Reader], T]
    json: dict[str, Any]

    def read(self, node: Node, reader: Reader, name: str) -> Found[T] | None:
        """The parsed value."""
        try:
            if not isinstance(node, ScalarNode):
                remedy = "write it without brackets, dashes or keys below it"
                raise Wrong("bad-type", f"`{name}` must be a single value", remedy)
            if node.empty:
                raise Wrong("bad-type", f"`{name}` is empty", "write its value")
            return Found(self.parse(node, reader), node.mark)
        except Wrong as wrong:
            reader.report_wrong(node.mark, wrong)
            return None

    def schema(self) -> dict[str, Any]:
        """As given."""
        return dict(self.json)


@dataclass(frozen=True)
class Sequence(Shape[tuple[Found[T], ...]]):
    """A list of values of one shape; a wrong item is reported and left out."""

    item: Shape[T]
    at_least: int = 0

    def read(self, node: Node, reader: Reader, name: str) -> Found[tuple[Found[T], ...]] | None:
        """The items that are right."""
        if not isinstance(node, SequenceNode):
            remedy = "put each item on a line that begins with `- `, or write []"
            reader.report(node.mark, "bad-type", f"`{name}` must be a list", remedy)
            return None
        if len(node.items) < self.at_least:
            message = f"`{name}` needs at least {self.at_least} item"
            reader.report(node.mark, "bad-value", message, "name one")
        read = (self.item.read(item, reader, name) for item in node.items)
        right = tuple(found for found in read if found is not None)
        return Found(right, node.mark, whole=len(right) == len(node.items))

    def schema(self) -> dict[str, Any]:
        """An array."""
        least = {"minItems": self.at_least} if self.at_least else {}
        return {"type": "array", "items": self.item.schema(), **least}


class Section:
    """The values of a mapping by their keys, as far as they are right."""

    def __init__(self, mark: Mark, values: dict[str, Found[Any]], written: set[str]) -> None:
        self.mark = mark
        self._values = values
        self._written = written

    def says(self, key: Key[Any]) -> bool:
        """Whether the key stands in the file, with a right value or a wrong one."""
        return key.name in self._written

    def find(self, key: Key[T]) -> Found[T] | None:
        """A value with its place; None when it is absent or wrong."""
        return self._values.get(key.name)

    def get(self, key: Key[T], default: T) -> T:
        """A value, or a default when it is absent or wrong."""
        found = self.find(key)
        return default if found is None else found.value

    def optional(self, key: Key[T]) -> T | None:
        """A value, or None when it is absent or wrong."""
        found = self.find(key)
        return None if found is None else found.value

    def need(self, key: Key[T]) -> T:
        """The value of a required key, in a file that has no problems."""
        value: T = self._values[key.name].value
        return value

    def items(self, key: Key[tuple[Found[T], ...]]) -> tuple[Found[T], ...]:
        """The items of a list; none when it is absent or wrong."""
        return self.get(key, ())


@dataclass(frozen=True)
class Mapping(Shape[Section]):
    """Keys with values. `one_of` lists keys of which exactly one must be there.

    `refused` are words that people will look for among the keys, each with why it is none. `what`
    is how the file is called, where the mapping is all of it.
    """

    keys: tuple[Key[Any], ...]
    one_of: tuple[str, ...] = ()
    refused: tuple[tuple[str, Wrong], ...] = ()
    what: str = "a policy"

    def read(self, node: Node, reader: Reader, name: str) -> Found[Section] | None:
        """The section; unknown and missing keys are reported."""
        if not isinstance(node, MappingNode):
            message = (
                f"`{name}` must be keys with values"
                if name
                else f"{self.what[0].upper()}{self.what[1:]} is keys with values"
            )
            remedy = f"write `key: value`; the keys are {_words(key.name for key in self.keys)}"
            reader.report(node.mark, "bad-type", message, remedy)
            return None
        known = {key.name: key for key in self.keys}
        values: dict[str, Found[Any]] = {}
        for word, value in node.pairs:
            key = known.get(word.text)
            if key is None:
                reader.report_wrong(word.mark, self._unknown(word.text, name))
                continue
            found = key.shape.read(value, reader, _join(name, key.name))
            if found is not None:
                values[key.name] = found
        written = {word.text: word.mark for word, _ in node.pairs}
        self._report_absent(written, node, reader, name)
        return Found(Section(node.mark, values, set(written)), node.mark)

    def schema(self) -> dict[str, Any]:
        """An object without further properties."""
        properties = {
            key.name: {"description": key.about} | key.shape.schema() for key in self.keys
        }
        required = [key.name for key in self.keys if key.required]
        one_of = {"oneOf": [{"required": [name]} for name in self.one_of]} if self.one_of else {}
        return {
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": False,
            **one_of,
        }

    def _unknown(self, word: str, name: str) -> Wrong:
        for refused, wrong in self.refused:
            if word == refused:
                return wrong
        names = [key.name for key in self.keys]
        message = f"`{shown(word)}` is not a key" + (
            f" of `{name}`" if name else f" of {self.what}"
        )
        return Wrong("unknown-key", message, did_you_mean(word, names))

    def _report_absent(
        self, written: dict[str, Mark], node: MappingNode, reader: Reader, name: str
    ) -> None:
        for key in self.keys:
            if key.required and key.name not in written:
                message = f"`{_join(name, key.name)}` is missing"
                reader.report(node.mark, "missing-key", message, f"add it: {_lower(key.about)}")
        named = [word for word in self.one_of if word in written]
        if self.one_of and not named:
            message = f"One of {_words(self.one_of)} is missing" + (f" in `{name}`" if name else "")
            reader.report(node.mark, "missing-key", message, "add exactly one of them")
        for extra in named[1:]:
            message = f"`{extra}` contradicts `{named[0]}`"
            remedy = f"keep exactly one of {_words(self.one_of)}"
            reader.report(written[extra], "contradicting-keys", message, remedy)


@dataclass(frozen=True)
class Named(Shape[tuple[tuple[Found[str], Found[T]], ...]]):
    """Values of one shape, each under a word that the file chooses: the name of a source."""

    word: Scalar[str]
    item: Shape[T]

    def read(
        self, node: Node, reader: Reader, name: str
    ) -> Found[tuple[tuple[Found[str], Found[T]], ...]] | None:
        """The pairs of which both sides are right."""
        if not isinstance(node, MappingNode) or not node.pairs:
            message = f"`{name}` must be words with values"
            reader.report(node.mark, "bad-type", message, "write `{word: value}`")
            return None
        read = [
            (self.word.read(word, reader, name), self.item.read(value, reader, name))
            for word, value in node.pairs
        ]
        right = tuple(
            (word, value) for word, value in read if word is not None and value is not None
        )
        return Found(right, node.mark, whole=len(right) == len(read))

    def schema(self) -> dict[str, Any]:
        """An object with properties of any such name."""
        return {
            "type": "object",
            "propertyNames": self.word.schema(),
            "additionalProperties": self.item.schema(),
            "minProperties": 1,
        }


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """A remedy for a word that is not one of a few: the nearest, or all of them."""
    words = list(words)
    near = get_close_matches(word.casefold(), words, n=1, cutoff=0.7)
    return f"did you mean `{near[0]}`?" if near else f"use one of {_words(words)}"


def _words(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _join(name: str, key: str) -> str:
    return f"{name}.{key}" if name else key


def _lower(sentence: str) -> str:
    text = sentence.rstrip(".")
    return text[0].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text
