"""Take our own headers from what a client sent, before any filter can read them."""

from __future__ import annotations

from collections.abc import Sequence

from regiongate.compiler.envoy import names
from regiongate.compiler.envoy.typed import Config, extension


def strip_our_headers(also: Sequence[str] = ()) -> Config:
    """Remove every header under our prefix, and `also`.

    It runs before the filters because the geoip filter leaves a client's own header in place
    when the database has no answer.
    """
    ours = {"remove_on_match": {"key_matcher": {"prefix": names.PREFIX, "ignore_case": True}}}
    return extension(
        "strip-our-headers",
        "envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation",
        mutations=[ours, *({"remove": header} for header in also)],
    )
