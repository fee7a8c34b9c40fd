"""Take our own headers from what a client sent, before any filter can read them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from regiongate.compiler.envoy import names
from regiongate.compiler.envoy.typed import Config, extension


def strip_our_headers(also: Sequence[str] = ()) -> Config:
    """Remove every header under our prefix, and `also`, with `-` and `_` alike.

    It runs before the filters because the geoip filter leaves a client's own header in place
    when the database has no answer. An upstream that speaks CGI or WSGI makes one variable of
    `x-regiongate-verdict` and `x_regiongate_verdict`, and could take the client's for ours.
    """
    patterns = [_spellings(names.PREFIX) + ".*", *map(_spellings, also)]
    return extension(
        "strip-our-headers",
        "envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation",
        mutations=[_remove(pattern) for pattern in patterns],
    )


def _remove(pattern: str) -> Config:
    """Remove the headers whose whole name matches; Envoy has every name in lower case by then."""
    return {"remove_on_match": {"key_matcher": {"safe_regex": {"regex": pattern}}}}


def _spellings(header: str) -> str:
    """A pattern for a header's name with `-` or `_` at each place that has one of them."""
    return "[-_]".join(map(re.escape, re.split("[-_]", header.lower())))
