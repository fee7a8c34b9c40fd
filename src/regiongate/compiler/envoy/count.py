"""The gateway's own counters: requests by verdict and rule, kept by Envoy itself."""

from __future__ import annotations

from regiongate.compiler.envoy import names
from regiongate.compiler.envoy.heard import routed
from regiongate.compiler.envoy.typed import Config, extension

SCOPE = "regiongate"
COUNTER = "requests"
TAGS = {"verdict": names.VERDICT, "would": names.WOULD, "rule": names.RULE}
"""What a request is counted by, and the header that says it; empty where no gate decided."""

_LARGEST = 1000
"""Counters in all. Envoy frees none of them, and each edition of a policy may bring new rules."""


def count_decisions() -> Config:
    """Count every request, refused ones too, when it ends; the exposition is Envoy's admin's."""
    tags = [{"name": tag, "value_format": names.request(of)} for tag, of in TAGS.items()]
    counted = extension(
        "count-decisions",
        "envoy.extensions.access_loggers.stats.v3.Config",
        # No `sharing_name`: with one, Envoy 1.40 ends in a segmentation fault when it stops.
        stats_scope={"prefix": SCOPE, "max_counters": _LARGEST},
        counters=[{"stat": {"name": COUNTER, "tags": tags}, "value_fixed": 1}],
    )
    # A word of a client would be a new counter each.
    return routed(counted)
