"""A policy file to a policy, or to every problem it has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from regiongate.domain.errors import Problem, ProblemsFound
from regiongate.domain.policy import Policy
from regiongate.domain.source import SourceNames
from regiongate.policyfile import document, validate
from regiongate.policyfile.lists import BaseList
from regiongate.policyfile.parse import content, parse
from regiongate.policyfile.reader import Reader
from regiongate.policyfile.sections import geofeeds, measure, supported
from regiongate.policyfile.sections.location import BUNDLED
from regiongate.policyfile.shape import Section


@dataclass(frozen=True, slots=True)
class _Readable:
    """What could be read of a file; the reader holds what could not."""

    reader: Reader
    root: Section | None
    base: BaseList | None
    feeds: tuple[geofeeds.Entry, ...] = ()


def load(path: Path, sources: SourceNames = BUNDLED) -> Policy:
    """The policy in a file; `sources` are the names of the sources that there are.

    Raises ProblemsFound with every problem at once, or CannotRun when the file cannot be read.
    An override that has expired is no problem here: it has simply ceased to hold.
    """
    read = _read(path, sources)
    if read.reader.problems or read.root is None or read.base is None:
        raise ProblemsFound(read.reader.problems)
    return document.build(read.root, read.base, read.feeds)


def check(path: Path, at: datetime, sources: SourceNames = BUNDLED) -> list[Problem]:
    """Every problem of a file, sorted by place, expired entries at an instant among them."""
    read = _read(path, sources)
    if read.root is not None:
        validate.expired(read.root, at, read.reader)
    return sorted(read.reader.problems)


def _read(path: Path, sources: SourceNames) -> _Readable:
    reader = Reader(str(path), path.parent, sources)
    node = parse(content(path, "policy"), reader)
    if node is None:
        return _Readable(reader, None, None)
    reader.zone = measure.zone(node, reader)
    found = document.SHAPE.read(node, reader, "")
    if found is None:
        return _Readable(reader, None, None)
    section = found.value.optional(document.SUPPORTED)
    base = None if section is None else supported.base_list(section, reader)
    feeds = geofeeds.read(found.value.items(document.GEOFEEDS), reader)
    validate.validate(found.value, base, feeds, reader)
    return _Readable(reader, found.value, base, feeds)
