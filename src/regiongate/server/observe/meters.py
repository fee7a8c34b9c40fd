"""What the server counts of itself while it runs: requests, how long they took, wrong secrets."""

from __future__ import annotations

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)

# Else each series would have a twin that says when it began.
disable_created_metrics()  # type: ignore[no-untyped-call]

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds. 0.3 is what a page of the console may take at the 95th percentile."""


class Meters:
    """The counters of one application. Threads may share them; they begin anew with the process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._seconds = Histogram(
            "regiongate_server_request_seconds",
            "How long the server took to answer, by route, method and status.",
            ("route", "method", "status"),
            registry=self._registry,
            buckets=_BUCKETS,
        )
        self._now = Gauge(
            "regiongate_server_requests_in_progress",
            "Requests that are being answered.",
            registry=self._registry,
        )
        self._wrong = Counter(
            "regiongate_server_wrong_secrets",
            "Codes, tokens and logins that were not ours, by route.",
            ("route",),
            registry=self._registry,
        )

    def begin(self) -> None:
        """A request has come."""
        self._now.inc()

    def end(self, route: str, method: str, status: int, seconds: float) -> None:
        """It was answered."""
        self._now.dec()
        self._seconds.labels(route, method, str(status)).observe(seconds)

    def wrong_secret(self, route: str) -> None:
        """Somebody guessed wrong."""
        self._wrong.labels(route).inc()

    def exposition(self) -> str:
        """All of it in the text format of Prometheus."""
        return generate_latest(self._registry).decode()
