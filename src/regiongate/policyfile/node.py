"""What a YAML document is made of, each part with its place in the file."""

from __future__ import annotations

import re
from dataclasses import dataclass

# What the core schema of YAML 1.2 reads as something else than text when it is not quoted.
_NOT_TEXT = re.compile(
    r"""(~|null|Null|NULL
    |true|True|TRUE|false|False|FALSE
    |[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+
    |[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
    |[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))?\Z""",
    re.VERBOSE,
)


def shown(text: str, most: int = 60) -> str:
    """A user's text as a message may hold it: one short printable line."""
    short = text if len(text) <= most else text[: most - 3] + "..."
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in short)


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in a file; both numbers begin at 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class ScalarNode:
    """One value as it is written. `plain` says that no quotes stand around it."""

    text: str
    plain: bool
    mark: Mark

    @property
    def empty(self) -> bool:
        """Whether nothing is written here."""
        return self.plain and self.text in ("", "~", "null", "Null", "NULL")

    @property
    def shown(self) -> str:
        """The text as a message may hold it."""
        return shown(self.text)

    @property
    def written(self) -> str:
        """The text as a message about quotes holds it."""
        return f"`{self.shown}`" if self.plain else f'`"{self.shown}"`'

    @property
    def reads_as_text(self) -> bool:
        """Whether every YAML reader takes this value for text, not for a number or a boolean."""
        return not self.plain or _NOT_TEXT.match(self.text) is None


@dataclass(frozen=True, slots=True)
class SequenceNode:
    """A list."""

    items: tuple[Node, ...]
    mark: Mark


@dataclass(frozen=True, slots=True)
class MappingNode:
    """Keys with their values, in the order of the file; no key occurs twice."""

    pairs: tuple[tuple[ScalarNode, Node], ...]
    mark: Mark

    def get(self, key: str) -> Node | None:
        """The value under a key."""
        return next((value for name, value in self.pairs if name.text == key), None)


Node = ScalarNode | SequenceNode | MappingNode
