"""The one pass: SQL that reads logs of any format and reduces their rows to cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import duckdb

from regiongate.domain.errors import CannotRun
from regiongate.survey.files import LogFile
from regiongate.survey.formats.format import Format, Reader, literal, quoted
from regiongate.survey.session import Session, Tell

LONGEST_LINE = 16 * 2**20
"""Bytes; a longer line of text is rejected, a longer JSON object ends the survey with an error."""

_DAY = 86_400_000_000
"""Microseconds."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_READ = ("address", "time", "organization", "key", "tokens")
_PIECES = "nullif(split_part(example, chr(31), {}), '')"
EXAMPLE = (
    f"{_PIECES.format(1)} AS host, short_path({_PIECES.format(2)}) AS path,"
    f" {_PIECES.format(3)} AS model"
)
"""SQL for the columns that stand in `example`, the text that was the least of the cell's rows."""

_TYPES = {"time": "TIMESTAMP", "tokens": "BIGINT"}


@dataclass(frozen=True, slots=True)
class Log:
    """A file and its format."""

    file: LogFile
    format: Format


@dataclass(frozen=True, slots=True)
class Span:
    """The time to look at: from `since` until `until`, end excluded; None for no bound."""

    since: datetime | None = None
    until: datetime | None = None

    def beyond(self, time: str) -> str:
        """SQL that is true of a time outside, given in microseconds since 1970."""
        bounds = [(self.since, "<"), (self.until, ">=")]
        said = [
            f"{time} {sign} {(at - _EPOCH) // timedelta(microseconds=1)}"
            for at, sign in bounds
            if at is not None
        ]
        return f"coalesce({' OR '.join(said)}, false)" if said else "false"


@dataclass(frozen=True, slots=True)
class Scanned:
    """How many rows the pass saw: in all, outside of the span, and rejected before any locating."""

    lines: int
    outside: int
    rejected: int


def scan(
    session: Session,
    logs: Sequence[Log],
    span: Span,
    tell: Tell | None = None,
    *,
    partial: bool = False,
    examples: bool = True,
) -> Scanned:
    """Makes the table `cells` (CELLS) of all logs. Raises CannotRun when a file cannot be read.

    With `partial`, there is `example` in place of host, path and model: the least of several
    parts' is still to be found (`EXAMPLE`). Without `examples` these are null, which takes two
    thirds of the time.
    """
    try:
        session.run(f"CREATE TABLE cells AS {cells(logs, span, partial, examples)}", tell)
    except (duckdb.IOException, duckdb.InvalidInputException) as error:
        raise CannotRun(f"a log cannot be read: {str(error).splitlines()[0]}") from error
    database = session.connection
    unread = _unread(session, logs)
    lines, outside, rejected = _row(
        database.execute(
            "SELECT coalesce(sum(requests), 0)::BIGINT,"
            " coalesce(sum(requests) FILTER (outside), 0)::BIGINT,"
            " coalesce(sum(requests) FILTER (address IS NULL AND NOT outside), 0)::BIGINT"
            " FROM cells"
        )
    )
    database.execute("DELETE FROM cells WHERE address IS NULL OR outside")
    database.execute("ALTER TABLE cells DROP COLUMN outside")
    return Scanned(lines + unread, outside, rejected + unread)


def cells(logs: Sequence[Log], span: Span, partial: bool = False, examples: bool = True) -> str:
    """The statement that reads logs and reduces them.

    A row without address is rejected, and so is one without time in a log that has times. What is
    costly is done to cells, of which there are few: keys are made public, paths are cut.
    """
    parts = [
        selected(form, source(form, [log.file for log in found]), examples)
        for found in _alike(logs)
        for form in (found[0].format,)
    ]
    rows = " UNION ALL ".join(parts)
    beyond = span.beyond("t")
    return f"""
SELECT nullif(organization, '') AS organization, public_key("key") AS "key", address,
  DATE '1970-01-01' + d AS "day", requests,
  CASE WHEN counted > 0 THEN least(tokens, {2**63 - 1})::BIGINT END AS tokens,
  make_timestamp(first_us)::TIMESTAMPTZ AS "first", make_timestamp(last_us)::TIMESTAMPTZ AS "last",
  {"example" if partial else EXAMPLE}, outside
FROM (
  SELECT organization, "key", address, (t // {_DAY})::INTEGER AS d, {beyond} AS outside,
    count(*) AS requests, sum(tokens) AS tokens, count(tokens) AS counted,
    min(t) AS first_us, max(t) AS last_us, min(example) AS example
  FROM (SELECT *, epoch_us("time") AS t FROM ({rows})) GROUP BY ALL
)"""  # noqa: S608 - quoted where it is not ours


def _alike(logs: Sequence[Log]) -> list[list[Log]]:
    """The logs by format and compression: what one reader reads."""
    found: dict[str, list[Log]] = {}
    for log in logs:
        found.setdefault(f"{log.format!r} {log.file.compression}", []).append(log)
    return list(found.values())


def selected(form: Format, source_sql: str, examples: bool) -> str:
    """Our columns of the rows of a source. The address is null where the row is rejected."""
    columns = {name: _column(form, name) for name in _READ}
    columns["example"] = _example(form) if examples else "NULL::VARCHAR"
    if "time" in form.columns:
        columns["address"] = (
            f"CASE WHEN ({form.columns['time']}) IS NOT NULL THEN {form.columns['address']} END"
        )
    said = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in columns.items())
    return f"SELECT {said} FROM {cut(form, source_sql)}"  # noqa: S608 - quoted where it is not ours


def cut(form: Format, source_sql: str) -> str:
    """The rows of a source, lines of text cut into the struct `m`."""
    if form.reader is not Reader.LINES:
        return source_sql
    comment = "" if form.comment is None else f" AND NOT starts_with(line, '{form.comment}')"
    what = "line"
    if form.pattern is not None:
        names = "[" + ", ".join(map(literal, form.names)) + "]"
        what = f"regexp_extract(line, {literal(form.pattern)}, {names}) AS m"
    return f"(SELECT {what} FROM {source_sql} WHERE line IS NOT NULL{comment})"  # noqa: S608 - quoted where it is not ours


def source(form: Format, files: Sequence[LogFile]) -> str:
    """What reads files of one format and one compression."""
    paths = "[" + ", ".join(literal(_verbatim(str(file.path))) for file in files) + "]"
    packed = f"compression = '{files[0].compression}'"
    if form.reader is Reader.PARQUET:
        return f"read_parquet({paths}, union_by_name = true)"
    if form.reader is Reader.JSON:
        return (
            f"read_json({paths}, format = 'newline_delimited', columns = {_struct(form.fields)},"
            f" ignore_errors = true, maximum_object_size = {LONGEST_LINE}, {packed})"
        )
    tolerant = f"ignore_errors = true, store_rejects = true, max_line_size = {LONGEST_LINE}"
    if form.reader is Reader.CSV:
        return f"read_csv({paths}, header = true, all_varchar = true, {tolerant}, {packed})"
    return (
        f"read_csv({paths}, header = false, auto_detect = false, columns = {{'line': 'VARCHAR'}},"
        rf" delim = '', quote = '', escape = '', new_line = '\n', {tolerant}, {packed})"
    )


def _example(form: Format) -> str:
    """Host, path and model of a row as one text: three texts would take three times as long."""
    said = [form.columns.get(name) for name in ("host", "path", "model")]
    if not any(said):
        return "NULL::VARCHAR"
    return " || chr(31) || ".join("''" if one is None else f"coalesce({one}, '')" for one in said)


def _column(form: Format, name: str) -> str:
    if name in form.columns:
        sql = form.columns[name]
        return f"CASE WHEN ({sql}) >= 0 THEN ({sql}) END" if name == "tokens" else sql
    return f"NULL::{_TYPES.get(name, 'VARCHAR')}"


def _struct(fields: Mapping[str, str]) -> str:
    return (
        "{" + ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in fields.items()) + "}"
    )


def _verbatim(path: str) -> str:
    """A path in which nothing is a pattern: DuckDB takes stars and brackets for globs."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in path)


def _unread(session: Session, logs: Sequence[Log]) -> int:
    """The lines of text that could not even be read: broken UTF-8, NUL, too long."""
    if not any(log.format.reader in (Reader.LINES, Reader.CSV) for log in logs):
        return 0
    found = session.connection.execute(
        "SELECT count(DISTINCT (scan_id, file_id, line)) FROM reject_errors"
    )
    return int(_row(found)[0])


def _row(found: duckdb.DuckDBPyConnection) -> tuple[int, ...]:
    return tuple(found.fetchall()[0])
