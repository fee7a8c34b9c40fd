"""The one pass: SQL that reads logs of any format and reduces their rows to cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import duckdb

from regiongate.domain.errors import CannotRun
from regiongate.survey.files import LogFile
from regiongate.survey.formats.format import TOKEN_KINDS, TOKENS, Format, Reader, literal, quoted
from regiongate.survey.session import Session, Tell

LONGEST_LINE = 16 * 2**20
"""Bytes; a longer line of text is rejected, a longer JSON object ends the survey with an error."""

_DAY = 86_400_000_000
"""Microseconds."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_READ = ("address", "time", "organization", "key", "tokens")
_EXAMPLES = ("host", "path", "model")

_NULL = "NULL::VARCHAR"
_TYPES = {"time": "TIMESTAMP"} | dict.fromkeys(TOKENS, "BIGINT")
_AS_TOLD = {
    "organization": "nullif({0}, '')",
    "key": "public_key({0})",
    "host": "nullif({0}, '')",
    "path": "short_path({0})",
    "model": "nullif({0}, '')",
    "attested": "nullif({0}, '')",
} | dict.fromkeys(TOKENS, "CASE WHEN ({0}) >= 0 THEN ({0}) END")


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
    examples: bool = True,
) -> Scanned:
    """Makes `cells` (CELLS) of all logs. Raises CannotRun when a file cannot be read.

    It is a view of the tables `counted` and `examples`. Without `examples`, host, path and model
    are null.
    """
    try:
        session.run(f"CREATE TABLE counted AS {counted(logs, span, examples)}", tell)
    except (duckdb.IOException, duckdb.InvalidInputException) as error:
        raise CannotRun(f"a log cannot be read: {str(error).splitlines()[0]}") from error
    database = session.connection
    unread = _unread(session, logs)
    lines, outside, rejected = _row(
        database.execute(
            "SELECT coalesce(sum(requests), 0)::BIGINT,"
            " coalesce(sum(requests) FILTER (outside), 0)::BIGINT,"
            " coalesce(sum(requests) FILTER (address IS NULL AND NOT outside), 0)::BIGINT"
            " FROM counted WHERE NOT is_example"
        )
    )
    for statement in _PARTED:
        database.execute(statement)
    return Scanned(lines + unread, outside, rejected + unread)


_PARTED = (
    """CREATE TABLE examples AS SELECT example, said.host, said.path, said.model FROM (
  SELECT example, min({'host': host, 'path': path, 'model': model}) AS said
  FROM counted WHERE is_example AND example IN (SELECT example FROM counted WHERE NOT is_example)
  GROUP BY example)""",
    "DELETE FROM counted WHERE is_example OR outside OR address IS NULL",
    *(f"ALTER TABLE counted DROP COLUMN {name}" for name in (*_EXAMPLES, "outside", "is_example")),
    """CREATE VIEW cells AS
SELECT counted.* EXCLUDE (example), host, path, model FROM counted LEFT JOIN examples
  USING (example)""",
)
"""What one pass has counted, parted into cells and the examples that are named by their hash."""


def counted(logs: Sequence[Log], span: Span, examples: bool = True) -> str:
    """The statement that reads logs and reduces them, to cells and to examples.

    A row without address is rejected, and so is one without time in a log that has times. A cell
    names its example by the least hash: texts as such would double the time of the pass, and the
    few that there are come out of the same pass as groups of their own.
    """
    timed = f'SELECT *, epoch_us("time") AS t FROM ({rows(logs, examples)})'  # noqa: S608 - quoted where it is not ours
    return f"""
SELECT organization, "key", address, DATE '1970-01-01' + d AS "day", requests,
  CASE WHEN counted > 0 THEN least(tokens, {2**63 - 1})::BIGINT END AS tokens,
  make_timestamp(first_us)::TIMESTAMPTZ AS "first", make_timestamp(last_us)::TIMESTAMPTZ AS "last",
  example, host, path, model, outside, is_example
FROM (
  SELECT organization, "key", address, d, outside, host, path, model,
    grouping(address) = 1 AS is_example,
    count(*) AS requests, sum(tokens) AS tokens, count(tokens) AS counted,
    min(t) AS first_us, max(t) AS last_us, min(hash(host, path, model)) AS example
  FROM (
    SELECT *, (t // {_DAY})::INTEGER AS d, {span.beyond("t")} AS outside FROM ({timed})
  ) GROUP BY GROUPING SETS ((organization, "key", address, d, outside), (host, path, model))
)"""  # noqa: S608 - quoted where it is not ours


def rows(logs: Sequence[Log], examples: bool, also: Sequence[str] = ()) -> str:
    """The statement that reads our columns of logs, and `also` others, with all their rows."""
    return " UNION ALL ".join(
        selected(form, source(form, [log.file for log in found]), examples, also)
        for found in _alike(logs)
        for form in (found[0].format,)
    )


def _alike(logs: Sequence[Log]) -> list[list[Log]]:
    """The logs by format and compression: what one reader reads."""
    found: dict[str, list[Log]] = {}
    for log in logs:
        found.setdefault(f"{log.format!r} {log.file.compression}", []).append(log)
    return list(found.values())


def selected(form: Format, source_sql: str, examples: bool, also: Sequence[str] = ()) -> str:
    """Our columns of the rows of a source. The address is null where the row is rejected."""
    told = _EXAMPLES if examples else ()
    columns = {name: _column(form, name) for name in (*_READ, *also)}
    columns |= {name: _column(form, name) if name in told else _NULL for name in _EXAMPLES}
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


def _column(form: Format, name: str) -> str:
    """A column as cells have it. A whole key goes no further than this, nor to a disk."""
    if name == "tokens" and name not in form.columns and form.columns.keys() & set(TOKEN_KINDS):
        kinds = ", ".join(f"({_column(form, kind)})::HUGEINT" for kind in TOKEN_KINDS)
        return f"TRY_CAST(list_sum([{kinds}]) AS BIGINT)"
    if name not in form.columns:
        return f"NULL::{_TYPES.get(name, 'VARCHAR')}"
    return _AS_TOLD.get(name, "{0}").format(form.columns[name])


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
