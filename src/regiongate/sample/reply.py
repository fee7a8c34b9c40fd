"""The reply to a prompt: the same words and the same id for the same request, every time."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from regiongate.sample.calls import Call, calls_of
from regiongate.sample.schema import fit
from regiongate.sample.wish import Wish

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
    stopped_by: str | None = None
    """The caller's text before which it ends."""
    calls: tuple[Call, ...] = ()
    """The calls that it consists of; then there are no words, and no limit cuts them short."""

    @property
    def text(self) -> str:
        """The whole reply."""
        return "".join(self.tokens)

    @property
    def said(self) -> int:
        """How many tokens were said, those of calls included."""
        return len(self.tokens) + sum(len(tokenize(call.text)) for call in self.calls)


def compose(wish: Wish) -> Reply:
    """What the sample says."""
    calls = calls_of(wish)
    text, stop = ("", None) if calls else _stopped(_words(wish), wish.stops)
    tokens = tokenize(text)
    kept = tokens[: min(wish.limit or LONGEST_REPLY, LONGEST_REPLY)]
    complete = len(kept) == len(tokens)
    return Reply(
        digest=_digest(wish),
        tokens=kept,
        complete=complete,
        prompt_tokens=len(tokenize(wish.prompt.strip())),
        stopped_by=stop if complete else None,
        calls=calls,
    )


def born_at(later: int = 0) -> str:
    """`BORN`, or so many seconds later, as RFC 3339 writes it."""
    return datetime.fromtimestamp(BORN + later, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _words(wish: Wish) -> str:
    """The whole text, before anything stops it."""
    spoken = wish.prompt.strip()
    if wish.schema is not None:
        return json.dumps(fit(wish.schema, spoken))
    return f"You said: {spoken}" if spoken else "You said nothing."


def _stopped(text: str, stops: tuple[str, ...]) -> tuple[str, str | None]:
    """The text before the first of `stops` in it, without the blanks there, and which one it is."""
    found = [(text.find(stop), stop) for stop in stops if stop in text]
    if not found:
        return text, None
    end, stop = min(found)
    return text[:end].rstrip(), stop


def tokenize(text: str) -> tuple[str, ...]:
    """The words of a text, each with the white space before it."""
    return tuple(_TOKEN.findall(text))


def _digest(wish: Wish) -> str:
    tool = wish.tool and [wish.tool.name, wish.tool.schema, wish.parallel]
    asked = [wish.model, wish.prompt, wish.limit, wish.stops, wish.schema, tool]
    # JSON keeps ("a", "bc") and ("ab", "c") apart, and escapes what UTF-8 cannot encode.
    return hashlib.sha256(json.dumps(asked).encode("ascii")).hexdigest()[:24]
