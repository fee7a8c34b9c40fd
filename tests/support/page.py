"""A page read strictly: what is wrong with its markup, and what it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser

_VOID = frozenset({"br", "hr", "img", "input", "link", "meta"})
_INLINE = frozenset({"a", "bdi", "code", "span", "time"})
_FIELDS = frozenset({"input", "select", "textarea"})
_REFERENCES = ("for", "aria-labelledby", "aria-describedby")
_NEVER = frozenset({"script", "style", "iframe", "object", "embed", "base"})


class Page(HTMLParser):
    """A page of HTML: `faults` says what a validator or a screen reader would stumble over."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = text
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.faults: list[str] = []
        self._open: list[str] = []
        if not text.startswith("<!DOCTYPE html>"):
            self.faults.append("no doctype")
        self.feed(text)
        self.close()
        self.faults += [f"<{tag}> is not closed" for tag in self._open]
        self.faults += self._structure()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element, its attributes once each."""
        names = Counter(name for name, _ in attrs)
        self.faults += [f"<{tag}> says {name} twice" for name, count in names.items() if count > 1]
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """An element ends where it is the innermost open one."""
        if not self._open or self._open[-1] != tag:
            self.faults.append(f"</{tag}> ends within {self._open[-1:]}")
            return
        self._open.pop()
        self.words.append("" if tag in _INLINE else " ")

    def handle_data(self, data: str) -> None:
        """Note what is said."""
        self.words.append(data)

    @property
    def said(self) -> str:
        """All text, with one space between words."""
        return " ".join("".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of each element of a name."""
        return [attributes for name, attributes in self.elements if name == tag]

    def _structure(self) -> Iterator[str]:
        ids = [one["id"] for _, one in self.elements if "id" in one]
        yield from (f"the id {name} is there {count} times" for name, count in Counter(ids).items()
                    if count > 1)  # fmt: skip
        for tag, attributes in self.elements:
            for name in _REFERENCES:
                for wanted in attributes.get(name, "").split():
                    if wanted not in ids:
                        yield f"<{tag} {name}> names {wanted}, which is not there"
            if tag in _NEVER or any(name.startswith("on") for name in attributes):
                yield f"<{tag}> {attributes} runs or loads something"
        labelled = {one.get("for") for one in self.all("label")}
        for tag in _FIELDS:
            for one in self.all(tag):
                if one.get("type") != "hidden" and one.get("id") not in labelled:
                    yield f"<{tag}> {one} has no label"
        if len(self.all("h1")) != 1:
            yield f"{len(self.all('h1'))} first headings"
        if len(self.all("main")) != 1:
            yield "not one main"
