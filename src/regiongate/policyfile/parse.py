"""YAML bytes to nodes with places. PyYAML scans; what is composed from its events is ours.

YAML 1.1 readers take `NO` for false and `1e3` for a number. Here every scalar stays the text it
is, and the key under which it stands says what it must be. Anchors, aliases and tags are refused:
an alias lets a kilobyte grow to gigabytes, and a policy says one thing in one place.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import yaml

from regiongate.domain.errors import CannotRun
from regiongate.policyfile.node import MappingNode, Mark, Node, ScalarNode, SequenceNode, shown
from regiongate.policyfile.reader import Reader, Wrong

MAX_BYTES = 1 << 20
MAX_DEPTH = 16
_START = Mark(1, 1)


class _Unreadable(Wrong):
    """What makes the rest of the document impossible to read."""

    def __init__(self, mark: Mark, code: str, message: str, remedy: str) -> None:
        self.mark = mark
        super().__init__(code, message, remedy)


class _Events:
    """PyYAML's events of one text, one ahead, with types."""

    def __init__(self, text: str) -> None:
        self._loader = yaml.BaseLoader(text)

    def next(self) -> yaml.Event:
        """Take the event that comes."""
        event: yaml.Event = self._loader.get_event()  # type: ignore[no-untyped-call]
        return event

    def peek(self) -> yaml.Event:
        """Look at the event that comes."""
        event: yaml.Event = self._loader.peek_event()  # type: ignore[no-untyped-call]
        return event

    def mark(self) -> yaml.Mark | None:
        """How far the text has been scanned."""
        mark: yaml.Mark | None = self._loader.get_mark()
        return mark


def content(path: Path, what: str) -> bytes:
    """The bytes of a file, up to one more than `parse` takes; CannotRun names `what` it was."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        # A path with a null character raises ValueError.
        said = error.strerror if isinstance(error, OSError) else "the name is not a file name"
        raise CannotRun(
            f"The {what} file {path} cannot be read ({said}): check the path."
        ) from error


def parse(data: bytes, reader: Reader) -> Node | None:
    """The document's root, or None when it cannot be read; the reader then knows why."""
    events: _Events | None = None
    try:
        events = _Events(decode(data))
        return _compose_document(events, reader)
    except _Unreadable as wrong:
        reader.report_wrong(wrong.mark, wrong)
    except yaml.reader.ReaderError as error:
        before = decode(data)[: error.position]
        mark = Mark(before.count("\n") + 1, len(before) - before.rfind("\n"))
        # For text PyYAML gives the character as its number.
        message = f"YAML does not allow the character U+{int(error.character):04X}"
        reader.report(mark, "bad-yaml", message, "remove it")
    except yaml.MarkedYAMLError as error:
        reader.report_wrong(_mark(error.problem_mark or error.context_mark), _syntax(error))
    except (ValueError, OverflowError):
        # PyYAML lets these out for escapes such as "\UFFFFFFFF" that name no character.
        mark = _mark(events.mark() if events is not None else None)
        message = "YAML cannot be read from here on"
        reader.report(mark, "bad-yaml", message, "look for a wrong \\ escape")
    return None


def decode(data: bytes) -> str:
    """The text of a file in UTF-8, with or without a byte order mark."""
    if len(data) > MAX_BYTES:
        message = f"The file is larger than {MAX_BYTES} bytes"
        raise _Unreadable(_START, "too-large", message, "move its networks into fewer, wider ones")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        mark = Mark(before.count(b"\n") + 1, len(before) - before.rfind(b"\n"))
        message = f"The byte 0x{data[error.start]:02x} is not UTF-8"
        raise _Unreadable(mark, "not-utf-8", message, "save the file as UTF-8") from error


def _compose_document(events: _Events, reader: Reader) -> Node:
    events.next()  # The start of the stream.
    if isinstance(events.next(), yaml.StreamEndEvent):
        remedy = "`regiongate policy new FILE` writes one to start from"
        raise _Unreadable(_START, "empty-file", "The file is empty", remedy)
    root = _compose(events, reader, 0)
    events.next()  # The end of the document.
    if not isinstance(events.peek(), yaml.StreamEndEvent):
        mark = _mark(events.peek().start_mark)
        message = "A second document begins here"
        raise _Unreadable(mark, "bad-yaml", message, "keep one document; remove the `---`")
    return root


def _compose(events: _Events, reader: Reader, depth: int) -> Node:
    event = events.next()
    mark = _mark(event.start_mark)
    if depth > MAX_DEPTH:
        message = f"More than {MAX_DEPTH} levels are nested here"
        raise _Unreadable(mark, "too-deep", message, "remove the brackets or the indentation")
    if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
        message = f"The anchor or alias `{shown(event.anchor)}` is not allowed"
        raise _Unreadable(mark, "anchor-refused", message, "write the value out where it belongs")
    if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag is not None:
        message = f"The tag `{shown(event.tag)}` is not allowed"
        reader.report(mark, "tag-refused", message, "remove it; the key says what the value is")
    if isinstance(event, yaml.ScalarEvent):
        return ScalarNode(_text(event), event.style is None, mark)
    if isinstance(event, yaml.SequenceStartEvent):
        items = []
        while not isinstance(events.peek(), yaml.SequenceEndEvent):
            items.append(_compose(events, reader, depth + 1))
        events.next()
        return SequenceNode(tuple(items), mark)
    return _compose_mapping(events, reader, depth, mark)


def _compose_mapping(events: _Events, reader: Reader, depth: int, mark: Mark) -> MappingNode:
    pairs: dict[str, tuple[ScalarNode, Node]] = {}
    while not isinstance(events.peek(), yaml.MappingEndEvent):
        key = _compose(events, reader, depth + 1)
        value = _compose(events, reader, depth + 1)
        if not isinstance(key, ScalarNode):
            reader.report(key.mark, "bad-type", "A key must be a word", "remove the brackets")
        elif key.text in pairs:
            message = f"`{key.shown}` stands here a second time"
            remedy = f"keep this one or the one on line {pairs[key.text][0].mark.line}"
            reader.report(key.mark, "duplicate-key", message, remedy)
        else:
            pairs[key.text] = (key, value)
    events.next()
    return MappingNode(tuple(pairs.values()), mark)


def _text(event: yaml.ScalarEvent) -> str:
    # A block scalar (`|`, `>`) ends with a line break that nobody means.
    text: str = event.value
    return text.removesuffix("\n") if event.style in ("|", ">") else text


def _syntax(error: yaml.MarkedYAMLError) -> Wrong:
    said = " ".join(part for part in (error.context, error.problem) if part)
    if "'\\t'" in said:
        return Wrong("bad-yaml", "A tab stands where YAML wants spaces", "indent with spaces")
    remedy = "mend the syntax here; a value with `: ` or ` #` in it needs quotes"
    return Wrong("bad-yaml", f"This is not YAML ({shown(said, 200)})", remedy)


class _Scanned(Protocol):
    """A place as PyYAML counts it, from zero."""

    line: int
    column: int


def _mark(mark: _Scanned | None) -> Mark:
    return _START if mark is None else Mark(mark.line + 1, mark.column + 1)
