"""The gateway's own counters: requests by verdict and rule, kept by Envoy itself."""

from __future__ import annotations

from regiongate.compiler.envoy import names
from regiongate.compiler.envoy.typed import Config, extension, typed

SCOPE = "regiongate"
COUNTER = "requests"
TAGS = {"verdict": names.VERDICT, "would": names.WOULD, "rule": names.RULE}
"""What a request is counted by, and the header that says it; empty where no gate decided."""

_LARGEST = 1000
"""Counters in all. Envoy frees none of them, and each edition of a policy may bring new rules."""

_ROUTED = "xds.cluster_name != ''"
"""Holds for a request that has got as far as a route, and so past the removal of our headers.

Envoy answers some requests before that, such as one with a path that cannot be normalized. What
their headers say is the client's word, and each word would be a new counter.
"""


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
    message = "envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter"
    routed = {"name": "routed", "typed_config": typed(message, expression=_ROUTED)}
    return counted | {"filter": {"extension_filter": routed}}
