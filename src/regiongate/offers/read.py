"""An offers file to offers, or to every problem it has."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from regiongate.domain.errors import Problem, ProblemsFound
from regiongate.domain.offer import Offers
from regiongate.offers import document, validate
from regiongate.policyfile.parse import content, parse
from regiongate.policyfile.reader import Reader
from regiongate.policyfile.shape import Section

SHIPPED = "history-2024-06.yaml"
"""The public offers of June 2024: history, none of which can be taken up."""

_FOLDER = files("regiongate.offers")
_REMEDIES = {
    "empty-file": "`regiongate offer new FILE` writes one to start from",
    "too-large": "split it into several files",
}
"""What to do about a file of offers, where the reader of policies advises otherwise."""


def load(path: Path) -> Offers:
    """The offers in a file.

    Raises ProblemsFound with every problem at once, or CannotRun when the file cannot be read.
    """
    return _offers(content(path, "offers"), str(path))


def check(path: Path) -> list[Problem]:
    """Every problem of a file, sorted by place. Raises CannotRun when it cannot be read."""
    return sorted(_read(content(path, "offers"), str(path))[1])


def problems_of(text: str, file: str) -> list[Problem]:
    """The same of a text that is no file, which its problems call `file`."""
    return sorted(_read(text.encode(), file)[1])


def shipped() -> Offers:
    """The offers that come with regiongate."""
    return _offers((_FOLDER / SHIPPED).read_bytes(), SHIPPED)


def given(path: Path | None) -> Offers:
    """The offers of a file that is named, else those that come with regiongate; as `load`."""
    return shipped() if path is None else load(path)


def _offers(data: bytes, file: str) -> Offers:
    root, problems = _read(data, file)
    if problems or root is None:
        raise ProblemsFound(problems)
    each = (document.build(item.value) for item in root.items(document.OFFERS))
    return Offers(file, tuple(each))


def _read(data: bytes, file: str) -> tuple[Section | None, list[Problem]]:
    reader = Reader(file, Path())
    node = parse(data, reader)
    found = None if node is None else document.SHAPE.read(node, reader, "")
    if found is not None:
        validate.validate(found.value, reader)
    problems = [replace(one, remedy=_REMEDIES.get(one.code, one.remedy)) for one in reader.problems]
    return (None if found is None else found.value), problems
