"""Evidence as it is sent: names and bytes of strangers, looked at before anything is kept."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from regiongate.control.appeal.kind import Unfit, kind_of
from regiongate.control.appeal.located import SILENT, located
from regiongate.domain.appeal import (
    ENDINGS,
    MAX_FILE_BYTES,
    MAX_FILES,
    MAX_NAME,
    MAX_TOTAL_BYTES,
    EvidenceFile,
    FileKind,
)
from regiongate.domain.errors import Problem, ProblemsFound

_KINDS = "send a geofeed (CSV), PDF, PNG, JPEG, or text in UTF-8"
_NOT_IN_A_NAME = re.compile(r"[^\w .()+-]")
_LONGEST_ENDING = 5
_MEBI = 1 << 20


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as somebody sent it: what they call it, and its bytes.

    Of one that is too large only so much need be there that it is seen to be.
    """

    name: str
    content: bytes


def looked_at(uploads: Sequence[Upload]) -> tuple[EvidenceFile, ...]:
    """The files that can be kept, in their order. Raises ProblemsFound, with every problem."""
    found = []
    problems = _too_much(uploads)
    for number, upload in enumerate(uploads, start=1):
        name = _clean(upload.name) or f"file {number}"
        if len(upload.content) > MAX_FILE_BYTES:
            message = f"It has more than {MAX_FILE_BYTES} bytes, which are the most"
            problems.append(_problem(name, "file-too-large", message, "send a smaller one"))
            continue
        try:
            kind = kind_of(upload.content)
        except Unfit as wrong:
            message = f"It cannot be taken: {wrong}"
            problems.append(_problem(name, "file-unfit", message, _KINDS))
            continue
        one = EvidenceFile(_name(name, kind), kind, upload.content)
        problems += _wrong_rows(one, name)
        found.append(one)
    if problems:
        raise ProblemsFound(problems)
    return tuple(found)


def _too_much(uploads: Sequence[Upload]) -> list[Problem]:
    problems = []
    if len(uploads) > MAX_FILES:
        message = f"These are {len(uploads)} files, and {MAX_FILES} are the most"
        problems.append(_problem("files", "too-many-files", message, "send those that matter"))
    total = sum(len(upload.content) for upload in uploads)
    if total > MAX_TOTAL_BYTES:
        message = f"All files together have more than {MAX_TOTAL_BYTES} bytes, the most"
        remedy = f"send less than {MAX_TOTAL_BYTES // _MEBI} MiB"
        problems.append(_problem("files", "files-too-large", message, remedy))
    return problems


def _wrong_rows(one: EvidenceFile, name: str) -> list[Problem]:
    """Whoever sends a geofeed is told at once what is wrong with it, under the name they gave."""
    if one.kind is not FileKind.GEOFEED:
        return []
    try:
        located(one.content, name)
    except ProblemsFound as found:
        return [problem for problem in found.problems if problem.code != SILENT]
    return []


def _clean(name: str) -> str:
    """A name without folders, of letters that mean nothing to a shell or a terminal."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    return _NOT_IN_A_NAME.sub("_", last).strip(" ._-")


def _name(clean: str, kind: FileKind) -> str:
    """The name with the ending that its content has."""
    stem, dot, ending = clean.rpartition(".")
    short = (stem if dot and len(ending) <= _LONGEST_ENDING else clean)[:MAX_NAME]
    return short.rstrip(" ._-") + ENDINGS[kind]


def _problem(file: str, code: str, message: str, remedy: str) -> Problem:
    return Problem(file, 1, 1, code, message, remedy)
