"""Envoy: our gateway's log, and the text that Envoy writes by default."""

from __future__ import annotations

from regiongate.survey.formats.format import Format, Reader
from regiongate.survey.formats.text import compiled
from regiongate.survey.formats.values import instant, said

GATEWAY = Format(
    "regiongate",
    Reader.JSON,
    {
        "address": "address",
        "time": '"time"::TIMESTAMP',
        "organization": "organization",
        "key": '"key"',
        "host": "host",
        "path": "path",
        "attested": "attested",
    },
    fields={
        "address": "VARCHAR",
        "time": "TIMESTAMPTZ",
        "organization": "VARCHAR",
        "key": "VARCHAR",
        "host": "VARCHAR",
        "path": "VARCHAR",
        "attested": "VARCHAR",
    },
)
"""Our gateway's log (docs/gateway.md)."""

GATEWAY_MARKS = frozenset({"address", "time", "verdict", "generation"})
"""The fields by which it is known."""

_REGEX, _NAMES = compiled(
    '[$time] "$method_path_protocol" $code $flags $received $sent $duration $upstream_time '
    '"$forwarded" "$agent" "$request_id" "$authority" "$upstream"',
    strict=True,
)

DEFAULT = Format(
    "envoy",
    Reader.LINES,
    {
        "address": said("trim(regexp_extract(m.forwarded, '[^,]*$'))"),
        "time": instant("m.time"),
        "host": said("m.authority"),
        "path": "nullif(split_part(m.method_path_protocol, ' ', 2), '')",
    },
    pattern=_REGEX,
    names=_NAMES,
)
"""Envoy's default text (Envoy, access logging, default format string).

It holds no address but `X-Forwarded-For`, of which Envoy itself writes the last. Envoy does not
escape: a line with more quotes than it should have is rejected, as nobody can say what is what.
"""
