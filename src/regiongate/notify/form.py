"""How a single fact stands in a sentence: in a subject, in plain text, or in HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from markupsafe import Markup, escape

_LEFT_TO_RIGHT, _FIRST_STRONG, _END = "\u2066", "\u2068", "\u2069"
"""Isolates (UAX 9, 2.4): what stands between them does not turn what stands around it."""


class Form(Protocol):
    """How facts are written so that the sentence around them stays what it is."""

    def code(self, text: str) -> str:
        """What is read from left to right in every language: a network, a key, an id."""

    def name(self, text: str) -> str:
        """What may be of either direction: the name of an organization."""

    def join(self, comma: str, texts: Sequence[str]) -> str:
        """Several facts in a row."""

    def contact(self, link: str) -> str:
        """Where to ask, `mailto:…` or `https://…`."""


@dataclass(frozen=True, slots=True)
class PlainForm:
    """Plain text. With `isolate` facts are set apart from text that runs from right to left."""

    isolate: bool = False

    def code(self, text: str) -> str:
        """The text, isolated from left to right."""
        return f"{_LEFT_TO_RIGHT}{text}{_END}" if self.isolate else text

    def name(self, text: str) -> str:
        """The text, isolated in its own direction."""
        return f"{_FIRST_STRONG}{text}{_END}" if self.isolate else text

    def join(self, comma: str, texts: Sequence[str]) -> str:
        """The texts with a comma between them."""
        return comma.join(texts)

    def contact(self, link: str) -> str:
        """An address as people write it."""
        return self.code(link.removeprefix("mailto:"))


@dataclass(frozen=True, slots=True)
class HtmlForm:
    """HTML: everything is escaped, and isolated by `bdi`."""

    def code(self, text: str) -> str:
        """The text, isolated from left to right."""
        return Markup(f'<bdi dir="ltr">{escape(text)}</bdi>')  # noqa: S704 - what came in is escaped

    def name(self, text: str) -> str:
        """The text, isolated in its own direction."""
        return Markup(f"<bdi>{escape(text)}</bdi>")  # noqa: S704 - what came in is escaped

    def join(self, comma: str, texts: Sequence[str]) -> str:
        """The texts with a comma between them."""
        return escape(comma).join(texts)

    def contact(self, link: str) -> str:
        """An address that opens."""
        shown = self.code(link.removeprefix("mailto:"))
        return Markup(f'<a href="{escape(link)}">{shown}</a>')  # noqa: S704 - both are escaped
