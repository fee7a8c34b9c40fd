"""A copy of the audit trail that others can check: JSON lines, and a signed head as the last.

docs/audit.md describes the lines.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from regiongate.control.audit.signed import SignedHead
from regiongate.domain.chain import Content, Entry, canonical_json
from regiongate.domain.errors import CannotRun, Problem, ProblemsFound

_TEXTS = ("at", "tag", "digest", "previous", "hash")
_REMEDY = "ask for another copy: an export has one event a line and a signed head as the last"


def lines(entries: Iterable[Entry], head: SignedHead) -> Iterator[str]:
    """An export, line by line, each with its end."""
    for entry in entries:
        yield f"{json.dumps(_event(entry), ensure_ascii=False)}\n"
    yield f"{json.dumps(head.to_json())}\n"


@dataclass(frozen=True, slots=True)
class Export:
    """An export in a file: how many events it has, and its signed head; None where it has none."""

    path: Path
    events: int
    head: SignedHead | None

    @classmethod
    def open(cls, path: Path) -> Export:
        """Read it once. Raises CannotRun, or ProblemsFound for lines that are none of an export."""
        events = 0
        head: SignedHead | None = None
        problems: list[Problem] = []
        for number, line in _lines(path):
            try:
                if head is not None:
                    raise ValueError("it stands behind the signed head")
                said = _parsed(line)
                if isinstance(said, dict) and "head" in said:
                    head = SignedHead.of(said)
                else:
                    _entry(said)
                    events += 1
            except ValueError as error:
                message = f"no line of an export ({error})"
                problems.append(Problem(str(path), number, 1, "no-event", message, _REMEDY))
        if problems:
            raise ProblemsFound(problems)
        return cls(path, events, head)

    def entries(self) -> Iterator[Entry]:
        """Its events, in the order of the file."""
        for _, line in _lines(self.path):
            said = _parsed(line)
            if "head" not in said:
                yield _entry(said)


def _event(entry: Entry) -> dict[str, Any]:
    said = entry.content
    return {
        "number": entry.number,
        **{name: getattr(entry, name) for name in _TEXTS},
        "salt": None if said is None else said.salt,
        "content": None if said is None else said.text,
    }


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, line
    except OSError as error:
        raise CannotRun(f"cannot read {path}: {error.strerror}") from error


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _entry(said: Any) -> Entry:
    """An event from its line. Raises ValueError."""
    if not isinstance(said, dict) or type(said.get("number")) is not int:
        raise ValueError("it has no number")
    texts = [said.get(name) for name in _TEXTS]
    wrong = [name for name, text in zip(_TEXTS, texts, strict=True) if not isinstance(text, str)]
    if wrong:
        raise ValueError(f"it has no {' and no '.join(wrong)}")
    content = _content(said.get("salt"), said.get("content"))
    at, tag, digest, previous, made = map(str, texts)
    return Entry(said["number"], at, tag, digest, previous, made, content)


def _content(salt: object, text: object) -> Content | None:
    if salt is None and text is None:
        return None
    if not isinstance(salt, str) or not isinstance(text, str):
        raise ValueError("it has a content without a salt, or the reverse")
    with suppress(ValueError, TypeError, KeyError, RecursionError):
        said = json.loads(text)
        found = Content(salt, said["actor"], said["organization"], canonical_json(said["detail"]))
        if found.text == text:
            return found
    # It is no content that we have written; its digest will tell.
    return Content(salt, "", None, text)
