"""What kind of file evidence is: told by its bytes, never by its name.

Only whole files of five kinds are taken. A PDF (ISO 32000) begins with its version and ends with
`%%EOF`, a PNG (ISO 15948) begins with its signature and a header and ends with its last chunk, a
JPEG (ITU-T T.81) begins and ends with its markers. Text is UTF-8 without control characters; text
whose lines begin with networks is a geofeed (RFC 8805).
"""

from __future__ import annotations

import re

from regiongate.domain import geofeed
from regiongate.domain.appeal import FileKind

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"
_NO_NETWORK = frozenset({"geofeed-network", "geofeed-row"})
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")
_TAIL = 1024
"""So many bytes before the end of a PDF may follow its last mark."""


class Unfit(Exception):
    """Bytes that are taken as no kind of evidence, and why, in a few words."""


def kind_of(content: bytes) -> FileKind:
    """The kind of a file. Raises Unfit."""
    if not content:
        raise Unfit("it is empty")
    if content.startswith(b"%PDF-"):
        return _whole(FileKind.PDF, b"%%EOF" in content[-_TAIL:])
    if content.startswith(_PNG):
        return _whole(FileKind.PNG, content[12:16] == b"IHDR" and content.endswith(_PNG_END))
    if content.startswith(b"\xff\xd8\xff"):
        return _whole(FileKind.JPEG, content.rstrip(b"\x00\r\n").endswith(b"\xff\xd9"))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unfit("it is no geofeed, PDF, PNG, JPEG or text in UTF-8") from None
    if not text.strip() or _CONTROL.search(text):
        raise Unfit("it is no text: it is blank, or has control characters in it")
    return FileKind.GEOFEED if _is_geofeed(content) else FileKind.TEXT


def _whole(kind: FileKind, is_whole: bool) -> FileKind:
    if not is_whole:
        raise Unfit(f"it begins as {kind.value.upper()} and does not end as one: it is cut short")
    return kind


def _is_geofeed(content: bytes) -> bool:
    """Whether most lines name a network first; what they say after it may be wrong."""
    found = geofeed.read(content, "")
    others = sum(problem.code in _NO_NETWORK for problem in found.problems)
    rows = len(found.rows) + len(found.problems) - others
    return rows > others
