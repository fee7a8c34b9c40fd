"""Which format a log has, by its beginning and by what the user says."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.parquet as pq

from regiongate.domain.errors import CannotRun
from regiongate.survey.files import LogFile
from regiongate.survey.formats import clouds, envoy, text
from regiongate.survey.formats.columns import csv_columns, json_columns, parquet_columns, usual
from regiongate.survey.formats.format import COLUMNS, Format, Reader
from regiongate.survey.head import Head, head

_ENOUGH = 0.5
"""The share of the first lines that must look like a format: logs have damaged lines, too."""

_DATED = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:")

_BY_MARKS = (
    (envoy.GATEWAY_MARKS, envoy.GATEWAY),
    (clouds.CLOUDFLARE_MARKS, clouds.CLOUDFLARE),
    (clouds.GOOGLE_MARKS, clouds.GOOGLE),
)
_BY_PATTERN = (text.COMBINED, text.COMMON, envoy.DEFAULT, clouds.ALB)
_TRIED = "regiongate, cloudflare, google-load-balancer, combined, common, aws-alb, aws-cloudfront, "


@dataclass(frozen=True, slots=True)
class Said:
    """What the user says of the logs: an nginx `log_format`, and names for our columns."""

    log_format: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)


def columns_said(text: str) -> dict[str, str]:
    """What `address=client.ip,time=ts` says; CannotRun when it says something else."""
    found = {}
    for one in filter(None, map(str.strip, text.split(","))):
        column, equals, name = one.partition("=")
        if not equals or not name or column not in COLUMNS:
            known = ", ".join(COLUMNS)
            raise CannotRun(f"--columns {one}: write COLUMN=NAME with one of {known}")
        found[column] = name
    return found


def recognize(file: LogFile, said: Said) -> Format | None:
    """The format of a file, None for an empty one. Raises CannotRun when nothing fits.

    What the user says comes first, then what can be recognized; a file whose columns are called as
    ours are needs neither.
    """
    begin = head(file)
    if begin.is_parquet:
        return _parquet(file, said.columns)
    if not begin.lines:
        return None
    if said.log_format is not None:
        return _lines(file, text.log_format(said.log_format), said.columns)
    known = _known(begin)
    if known is None or said.columns:
        return _named(file, begin, known, said.columns)
    return known


def _named(file: LogFile, begin: Head, known: Format | None, said: Mapping[str, str]) -> Format:
    """The format with columns that the user names, or that are called as ours."""
    if known is not None and known.reader is Reader.LINES:
        return _lines(file, known, said)
    if begin.objects:
        return _json(file, begin, known, said)
    return _csv(file, begin, said)


def _known(begin: Head) -> Format | None:
    for marks, form in _BY_MARKS:
        if begin.share_of(marks) >= _ENOUGH:
            return form
    for line in begin.lines:
        if line.startswith(clouds.CLOUDFRONT_MARK):
            return clouds.cloudfront(line)
    for form in _BY_PATTERN:
        matching = sum(bool(re.match(str(form.pattern), line)) for line in begin.lines)
        if matching / len(begin.lines) >= _ENOUGH:
            return form
    return None


def _json(file: LogFile, begin: Head, known: Format | None, said: Mapping[str, str]) -> Format:
    """JSON lines: the columns that were named, beside those that are known of the format."""
    if known is not None:
        named = json_columns(said)
        return Format(
            known.name,
            Reader.JSON,
            {**known.columns, **named.columns},
            {**known.fields, **{k: v for k, v in named.fields.items() if k not in known.fields}},
        )
    present = set().union(*(one.keys() for one in begin.objects))
    chosen = {**usual(present), **said}
    missing = sorted({name.split(".")[0] for name in said.values()} - present)
    if "address" not in chosen or (missing and chosen["address"].split(".")[0] in missing):
        raise _unknown(file, "the fields " + ", ".join(sorted(present)[:20]))
    return json_columns(chosen, _written(begin, chosen.get("time")))


def _written(begin: Head, time: str | None) -> bool:
    """Whether all times in the beginning are texts with date and time."""
    times = [one[time] for one in begin.objects if one.get(time) is not None] if time else []
    return bool(times) and all(isinstance(one, str) and _DATED.match(one) for one in times)


def _csv(file: LogFile, begin: Head, said: Mapping[str, str]) -> Format:
    header = next(csv.reader([begin.lines[0]]))
    chosen = {**usual(set(header)), **said}
    if "address" not in chosen or not set(chosen.values()) <= set(header):
        raise _unknown(file, f"a first line that is {begin.lines[0][:200]!r}")
    return csv_columns(chosen)


def _parquet(file: LogFile, said: Mapping[str, str]) -> Format:
    try:
        schema = pq.read_schema(file.path)
    except (OSError, pa.ArrowException) as error:
        raise CannotRun(f"{file.name} is no whole Parquet file: {error}") from error
    types = {field.name: _duck(field.type) for field in schema}
    chosen = {**usual(set(types)), **said}
    if "address" not in chosen or not set(chosen.values()) <= set(types):
        raise _unknown(file, "the columns " + ", ".join(types))
    return parquet_columns(chosen, types)


def _duck(kind: pa.DataType) -> str:
    if pa.types.is_timestamp(kind):
        return "TIMESTAMP"
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    return "VARCHAR" if text else str(kind).upper()


def _lines(file: LogFile, form: Format, said: Mapping[str, str]) -> Format:
    """A format of lines, with the columns that the user names among its variables."""
    chosen = {column: name.removeprefix("$") for column, name in said.items()}
    known = set(chosen.values()) <= set(form.names)
    if not known or "address" not in {*form.columns, *chosen}:
        raise _unknown(file, f"the variables {', '.join(form.names)}")
    return text.named(form, chosen)


def _unknown(file: LogFile, holds: str) -> CannotRun:
    columns = "--columns address=NAME,time=NAME,…"
    return CannotRun(
        f"{file.name} is no log that is known: it has {holds}; tried {_TRIED}envoy, and columns "
        f"called {', '.join(COLUMNS)}: name them with {columns}, or give --log-format"
    )
