"""Logs of CDNs and load balancers, by the field lists that their operators publish."""

from __future__ import annotations

from collections.abc import Sequence

from regiongate.survey.formats.format import Format, Reader
from regiongate.survey.formats.text import compiled
from regiongate.survey.formats.values import instant, said

CLOUDFLARE = Format(
    "cloudflare",
    Reader.JSON,
    {
        "address": '"ClientIP"',
        "time": instant('"EdgeStartTimestamp"'),
        "host": '"ClientRequestHost"',
        "path": '"ClientRequestPath"',
    },
    fields=dict.fromkeys(
        ("ClientIP", "EdgeStartTimestamp", "ClientRequestHost", "ClientRequestPath"), "VARCHAR"
    ),
)
"""Cloudflare Logpush, HTTP requests; times as RFC 3339, unix or unixnano."""

CLOUDFLARE_MARKS = frozenset({"ClientIP", "EdgeStartTimestamp"})

_URL = r"^(?:[a-z]+://)?([^/?]*)([^?]*)"


def _of_url(url: str, group: int) -> str:
    return f"nullif(regexp_extract({url}, '{_URL}', {group}), '')"


GOOGLE = Format(
    "google-load-balancer",
    Reader.JSON,
    {
        "address": '"httpRequest".remoteIp',
        "time": '"timestamp"::TIMESTAMP',
        "host": _of_url('"httpRequest".requestUrl', 1),
        "path": _of_url('"httpRequest".requestUrl', 2),
    },
    fields={
        "httpRequest": "STRUCT(remoteIp VARCHAR, requestUrl VARCHAR)",
        "timestamp": "TIMESTAMPTZ",
    },
)
"""Google Cloud's external application load balancer (LogEntry with HttpRequest)."""

GOOGLE_MARKS = frozenset({"httpRequest", "timestamp"})

_ALB, _ALB_NAMES = compiled(
    "$type $time $elb $client $target $request_time $target_time $response_time $status "
    '$target_status $received $sent "$request" "$agent" $rest'
)


def _of_request(pattern: str) -> str:
    """A part of `GET https://host:443/path HTTP/1.1`."""
    return f"nullif(regexp_extract(m.request, '^[^ ]* [a-z]+{pattern}', 1), '')"


ALB = Format(
    "aws-alb",
    Reader.LINES,
    {
        # An IPv6 client stands in brackets; behind both stands a port.
        "address": said("trim(regexp_extract(m.client, '^(.*):[0-9]*$', 1), '[]')"),
        "time": instant("m.time"),
        "host": _of_request(r"://([^/ ]*?)(?::\d+)?(?:/| )"),
        "path": _of_request("://[^/ ]*([^? ]*)"),
    },
    pattern=_ALB,
    names=_ALB_NAMES,
)
"""AWS, Application Load Balancer."""

CLOUDFRONT_MARK = "#Fields:"


def cloudfront(header: str) -> Format | None:
    """AWS CloudFront, standard log: tabs, with the fields that the line `#Fields:` names.

    None where it names no client address.
    """
    names = header.removeprefix(CLOUDFRONT_MARK).split()
    if "c-ip" not in names:
        return None
    columns = {"address": _field(names, "c-ip")}
    if {"date", "time"} <= set(names):
        day, time = _field(names, "date"), _field(names, "time")
        columns["time"] = f"TRY_CAST({day} || ' ' || {time} AS TIMESTAMP)"
    host = next((name for name in ("x-host-header", "cs(Host)") if name in names), None)
    if host is not None:
        columns["host"] = _field(names, host)
    if "cs-uri-stem" in names:
        columns["path"] = _field(names, "cs-uri-stem")
    return Format("aws-cloudfront", Reader.LINES, columns, comment="#")


def _field(names: Sequence[str], name: str) -> str:
    return said(f"split_part(rtrim(line, chr(13)), chr(9), {names.index(name) + 1})")
