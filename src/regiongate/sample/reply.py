"""The reply to a prompt: the same words and the same id for the same request, every time."""

import hashlib
import json
import re
from dataclasses import dataclass

BORN = 1_767_225_600
"""The creation time in every answer, 2026-01-01T00:00:00Z.

A clock would make two answers to one request differ, and with that a gateway that touches bodies
could no longer be caught by comparing them.
"""

LONGEST_REPLY = 1024
"""Tokens in a reply at most, so that a prompt of a megabyte does not stream for hours."""

_TOKEN = re.compile(r"\s*\S+")
"""A word with the white space before it: joined, the tokens are the text again."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the sample says to one request."""

    digest: str
    """24 hexadecimal digits of a hash of what was asked, the stem of every id in the answer."""
    tokens: tuple[str, ...]
    """The text in the pieces that a stream sends one by one."""
    complete: bool
    """False when the caller's or the sample's own limit cut the text short."""
    prompt_tokens: int
    """How long the prompt was, in the same words as the reply is counted."""

    @property
    def text(self) -> str:
        """The whole reply."""
        return "".join(self.tokens)


def compose(model: str, prompt: str, limit: int | None) -> Reply:
    """What `model` says to `prompt` in at most `limit` tokens."""
    spoken = prompt.strip()
    tokens = tokenize(f"You said: {spoken}" if spoken else "You said nothing.")
    kept = tokens[: min(limit or LONGEST_REPLY, LONGEST_REPLY)]
    return Reply(
        digest=_digest(model, prompt, limit),
        tokens=kept,
        complete=len(kept) == len(tokens),
        prompt_tokens=len(tokenize(spoken)),
    )


def tokenize(text: str) -> tuple[str, ...]:
    """The words of a text, each with the white space before it."""
    return tuple(_TOKEN.findall(text))


def _digest(*asked: str | int | None) -> str:
    # JSON keeps ("a", "bc") and ("ab", "c") apart, and escapes what UTF-8 cannot encode.
    return hashlib.sha256(json.dumps(asked).encode("ascii")).hexdigest()[:24]
