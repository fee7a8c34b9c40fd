"""Logs as lines of text: an nginx `log_format`, made a regular expression.

The values are taken as they stand; a quoted value ends at the next quote that no backslash
precedes, so what a client sends in one field cannot pass for another.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from regiongate.survey.formats.format import Format, Reader
from regiongate.survey.formats.values import apache_time, count, instant, said

_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_QUOTED = r'((?:[^"\\]|\\.)*)'

_ADDRESS = ("remote_addr", "realip_remote_addr")
_HOST = ("host", "http_host", "server_name")
_PATH = ("request_uri", "uri", "document_uri")


def compiled(pattern: str, strict: bool = False) -> tuple[str, tuple[str, ...]]:
    """The regular expression (RE2) of a `log_format`, and the names of its groups.

    With `strict`, a quoted value holds no quote at all: for logs whose writer does not escape.
    """
    found, end = ["^"], 0
    names: list[str] = []
    for variable in _VARIABLE.finditer(pattern):
        found.append(re.escape(pattern[end : variable.start()]))
        end = variable.end()
        name = variable[1] or variable[2]
        names.append(name if name not in names else f"{name}_{len(names)}")
        found.append(_group(name, pattern[variable.start() - 1 : variable.start()], pattern[end:]))
        if strict:
            found[-1] = found[-1].replace(_QUOTED, '([^"]*)')
    return "".join([*found, re.escape(pattern[end:]), r"\r?$"]), tuple(names)


def _group(name: str, before: str, behind: str) -> str:
    """What a variable may hold, by what stands around it."""
    if name == "remote_user":  # The one value without quotes in which a space may stand.
        return "(.*?)"
    if before == '"' and behind.startswith('"'):
        return _QUOTED
    if not behind:
        return "(.*)"
    return f"([^{re.escape(behind[0])}]*)"


def log_format(pattern: str, name: str = "log_format") -> Format:
    """The format that an nginx `log_format` describes; `address` and `time` may be missing."""
    regex, names = compiled(pattern)
    columns = {
        "address": _first(names, _ADDRESS),
        "time": _time(names),
        "host": _first(names, _HOST),
        "path": _first(names, _PATH) or _of_request(names),
    }
    return Format(
        name,
        Reader.LINES,
        {column: sql for column, sql in columns.items() if sql is not None},
        pattern=regex,
        names=names,
    )


def named(form: Format, chosen: Mapping[str, str]) -> Format:
    """The format with columns taken from the variables that a user names."""
    columns = dict(form.columns)
    for column, variable in chosen.items():
        value = said(f"m.{variable.removeprefix('$')}")
        columns[column] = {"time": instant, "tokens": count}.get(column, str)(value)
    return replace(form, columns=columns)


def _first(names: tuple[str, ...], wanted: tuple[str, ...]) -> str | None:
    return next((said(f"m.{name}") for name in wanted if name in names), None)


def _time(names: tuple[str, ...]) -> str | None:
    if "time_local" in names:
        return apache_time("m.time_local")
    return next((instant(f"m.{name}") for name in ("time_iso8601", "msec") if name in names), None)


def _of_request(names: tuple[str, ...]) -> str | None:
    """The path in `GET /path HTTP/1.1`."""
    return "nullif(split_part(m.request, ' ', 2), '')" if "request" in names else None


_COMMON = '$remote_addr $ident $remote_user [$time_local] "$request" $status $bytes'

COMBINED = log_format(f'{_COMMON} "$http_referer" "$http_user_agent"', "combined")
"""What nginx and Apache call combined."""

COMMON = log_format(_COMMON, "common")
"""The same without referrer and user agent (Apache's `common`)."""
