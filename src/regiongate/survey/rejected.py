"""Rejected rows, with file, number and reason: a second, slower pass, made when there are any.

It reads the same files with the same SQL for each column, but line by line and in order.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import pyarrow as pa

from regiongate.survey.cells import REJECTED
from regiongate.survey.formats.format import Reader, literal
from regiongate.survey.scan import LONGEST_LINE, Log, Span, cut, source
from regiongate.survey.session import Session

_AT_ONCE = 20_000
_SHOWN = 200
"""How much of a rejected line is told, in characters: it may hold anything, a secret too."""


def rejected(session: Session, logs: Iterable[Log], span: Span) -> Iterator[dict[str, Any]]:
    """A record for each rejected row: `file`, `line` (from 1), `reason`, `address` if one is there.

    The number is that of the row, without the header, in CSV and Parquet.
    """
    session.connection.execute("SET preserve_insertion_order = true")
    for log in logs:
        found = _lines(session, log, span) if _is_text(log) else _numbered(session, log, span)
        for number, reason, address in found:
            shown = None if address is None else str(address)[:_SHOWN]
            yield {"file": log.file.name, "line": number, "reason": reason, "address": shown}


def _is_text(log: Log) -> bool:
    return log.format.reader in (Reader.JSON, Reader.LINES)


Found = tuple[int, str, str | None]


def _lines(session: Session, log: Log, span: Span) -> Iterator[Found]:
    with log.file.open() as content:
        numbered = enumerate(content, start=1)
        while some := list(islice(numbered, _AT_ONCE)):
            yield from _of_lines(session, log, span, some)


def _of_lines(
    session: Session, log: Log, span: Span, some: list[tuple[int, bytes]]
) -> Iterator[Found]:
    """Sorted by number. What cannot even be read as text does not reach the database."""
    unread: list[Found] = []
    numbers, texts = [], []
    for number, line in some:
        text = line.removesuffix(b"\n")
        reason = _unreadable(text)
        if reason is not None:
            unread.append((number, reason, None))
        elif text.strip() if log.format.reader is Reader.JSON else text:
            numbers.append(number)
            texts.append(text.decode("utf-8"))
    session.connection.register(
        "given", pa.table({"n": numbers, "line": pa.array(texts, pa.string())})
    )
    reader = _json(log) if log.format.reader is Reader.JSON else _text(log)
    found = _judged(session, log, span, reader)
    session.connection.unregister("given")
    yield from sorted([*found, *unread])


def _unreadable(text: bytes) -> str | None:
    if len(text) > LONGEST_LINE:
        return f"longer than {LONGEST_LINE} bytes"
    if b"\0" in text:
        return "it holds a NUL"
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return "it is not UTF-8"
    return None


def _json(log: Log) -> str:
    shape = literal(json.dumps(dict(log.format.fields)))
    whole = "json_valid(line) AND json_type(line) = 'OBJECT'"
    read = f"unnest(CASE WHEN {whole} THEN from_json(line, {shape}) END)"
    return f"(SELECT n, {read} FROM given)"  # noqa: S608 - quoted


def _text(log: Log) -> str:
    return cut(log.format, "given").replace("(SELECT ", "(SELECT n, ", 1)


def _judged(session: Session, log: Log, span: Span, reader: str) -> list[Found]:
    address = log.format.columns["address"]
    time = log.format.columns.get("time")
    timed = "true" if time is None else f"({time}) IS NOT NULL"
    outside = "false" if time is None else span.beyond(f"epoch_us({time})")
    sql = f"""
SELECT n, CASE WHEN NOT has_time AND written IS NULL THEN 'it has neither address nor time'
  WHEN written IS NULL THEN 'it has no address' WHEN NOT has_time THEN 'it has no time'
  ELSE 'its address is none' END, written
FROM (SELECT n, ({address}) AS written, {timed} AS has_time, {outside} AS outside FROM {reader})
WHERE NOT outside AND (written IS NULL OR NOT has_time OR written IN
  (SELECT address FROM placed WHERE "group" = '{REJECTED}'))"""  # noqa: S608 - quoted
    return session.connection.execute(sql).fetchall()


def _numbered(session: Session, log: Log, span: Span) -> Iterator[Found]:
    what = source(log.format, [log.file])
    numbered = f"(SELECT row_number() OVER () AS n, * FROM {what})"  # noqa: S608 - quoted
    if log.format.reader is not Reader.CSV:
        yield from sorted(_judged(session, log, span, numbered))
        return
    before = _scans(session)
    found = _judged(session, log, span, numbered)
    unread = session.connection.execute(
        "SELECT DISTINCT line - 1 FROM reject_errors WHERE scan_id > ? ORDER BY 1", [before]
    ).fetchall()
    skipped = [int(number) for (number,) in unread]
    broken: list[Found] = [(number, "it is no row of the table", None) for number in skipped]
    yield from sorted([*broken, *_renumbered(sorted(found), skipped)])


def _scans(session: Session) -> int:
    """The number of the last scan that left something in `reject_errors`, which keeps them all."""
    tables = "SELECT 1 FROM duckdb_tables() WHERE table_name = 'reject_errors'"
    if not session.connection.execute(tables).fetchall():
        return -1  # Nothing has been scanned yet, as in a task of a cluster.
    found = session.connection.execute("SELECT coalesce(max(scan_id), -1) FROM reject_errors")
    return int(found.fetchall()[0][0])


def _renumbered(found: list[Found], skipped: list[int]) -> Iterator[Found]:
    """Rows by their number among all rows, given that among those that could be read."""
    passed = 0
    for number, reason, address in found:
        while passed < len(skipped) and skipped[passed] <= number + passed:
            passed += 1
        yield number + passed, reason, address
