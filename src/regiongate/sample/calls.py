"""Calls of a tool: one for each name in the prompt, with arguments that fit the tool's schema."""

import json
from dataclasses import dataclass
from typing import Any

from regiongate.sample.schema import fit, names
from regiongate.sample.wish import Wish

MOST_CALLS = 8
"""Calls in one reply."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call."""

    number: int
    """Its place in the reply, from 0 on."""
    name: str
    arguments: Any
    """JSON, as a value."""

    @property
    def text(self) -> str:
        """The arguments as JSON text, which OpenAI sends whole and both stream in pieces."""
        return json.dumps(self.arguments)

    @property
    def pieces(self) -> tuple[str, ...]:
        """The arguments as a stream sends them: never a single one, for that is what breaks."""
        middle = max(len(self.text) // 2, 1)
        return self.text[:middle], self.text[middle:]

    def id(self, prefix: str, digest: str) -> str:
        """An id that no other call of this reply has."""
        return f"{prefix}_{digest[:22]}{self.number:02}"


def calls_of(wish: Wish) -> tuple[Call, ...]:
    """The calls that a reply must make; none where the caller does not insist on one."""
    if wish.tool is None:
        return ()
    found = names(wish.prompt)[: MOST_CALLS if wish.parallel else 1]
    return tuple(
        Call(number, wish.tool.name, fit(wish.tool.schema, wish.prompt, name))
        for number, name in enumerate(found)
    )
