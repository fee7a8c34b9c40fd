"""Small logs surveyed in a test, over a handful of networks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from regiongate.control.survey.survey import counted_rows, judging
from regiongate.domain.organization import Organization
from regiongate.domain.policy import Policy
from regiongate.domain.survey import Rows, Survey
from regiongate.policyfile import load
from regiongate.survey import result, tables
from regiongate.survey.files import log_files
from regiongate.survey.locate import locate
from regiongate.survey.placing import Placing
from regiongate.survey.recognize import Said, recognize
from regiongate.survey.rejected import rejected
from regiongate.survey.scan import Log, Span, scan
from regiongate.survey.session import Session, session
from tests.support.gateway import few_tables

AT = datetime(2024, 7, 20, tzinfo=UTC)
"""After the block date of the examples' policy."""

_EVERYTHING = Span()
_NOTHING = Said()


@dataclass(frozen=True)
class Looked:
    """What a survey of some files says, and what it rejected."""

    survey: Survey
    rejected: list[dict[str, Any]]
    cells: list[dict[str, Any]]

    @property
    def rows(self) -> Rows:
        """The rows, each counted once."""
        return self.survey.rows


def policy() -> Policy:
    """The policy of the examples."""
    return load(Path(__file__).parents[2] / "examples" / "policy.yaml")


def placing(at: datetime = AT) -> Placing:
    """The kernel over a handful of networks."""
    return Placing(policy(), few_tables(), (), at)


@contextmanager
def scanned(
    paths: Sequence[Path], span: Span = _EVERYTHING, said: Said = _NOTHING
) -> Iterator[tuple[Session, list[Log], Rows]]:
    """A session with cells and placed addresses."""
    with session(threads=2) as opened:
        files = log_files([str(path) for path in paths], opened.folder)
        formats = [(file, recognize(file, said)) for file in files]
        logs = [Log(file, form) for file, form in formats if form is not None]
        seen = scan(opened, logs, span)
        yield opened, logs, counted_rows(seen, locate(opened, placing()))


def look(
    *paths: Path,
    span: Span = _EVERYTHING,
    said: Said = _NOTHING,
    organizations: Sequence[Organization] = (),
) -> Looked:
    """Survey files and tell of every organization."""
    with scanned(paths, span, said) as (opened, logs, rows):
        tables.prepare(opened, organizations, AT, everyone=True)
        found = result.survey(opened, judging(policy(), AT, AT), rows)
        bad = list(rejected(opened, logs, span)) if rows.rejected else []
        return Looked(found, bad, cells(opened))


def cells(opened: Session) -> list[dict[str, Any]]:
    """The cells as rows, sorted by what identifies them."""
    found = opened.connection.sql("FROM cells").to_arrow_table().to_pylist()
    identity = ("organization", "key", "address", "day")
    return sorted(found, key=lambda row: [str(row[name]) for name in identity])


def only(found: Looked) -> Mapping[str, Any]:
    """The one cell of a log of one request."""
    assert len(found.cells) == 1, found.cells
    return found.cells[0]
