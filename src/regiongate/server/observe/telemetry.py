"""Spans and log records to a collector: OTLP over HTTP. Needs the extra `telemetry`.

What leaves the server names no person: no path but its template, no query, no address, no header,
and a statement of SQL without its values. Sampling, endpoints and headers are OpenTelemetry's own
variables, which its SDK reads.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import FastAPI
from opentelemetry._logs import Logger, LogRecord, SeverityNumber
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from regiongate.server.observe import statements
from regiongate.server.observe.request_log import ERRORS, FACTS, REQUESTS
from regiongate.server.observe.spans import Traced
from regiongate.server.observe.tracing import Signals
from regiongate.store.database import Database

SERVICE = "regiongate"
"""The name of the service, unless OTEL_SERVICE_NAME or OTEL_RESOURCE_ATTRIBUTES gives another."""

_SAID = {
    "method": "http.request.method",
    "route": "http.route",
    "status": "http.response.status_code",
    "ms": "regiongate.milliseconds",
    "request_id": "regiongate.request_id",
}
"""The facts of a request that go to a collector, by OpenTelemetry's names; who asked does not."""


@contextmanager
def sending(app: FastAPI, database: Database, signals: Signals) -> Iterator[None]:
    """Send what is wanted while the block runs; at its end, wait until it has been sent."""
    resource = _resource()
    traces, logs = TracerProvider(resource=resource), LoggerProvider(resource=resource)
    handler = _Handler(logs.get_logger(SERVICE))
    if signals.traces:
        traces.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        tracer = traces.get_tracer(SERVICE)
        app.add_middleware(Traced, tracer=tracer)
        statements.trace(database.engine, tracer)
    if signals.logs:
        logs.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
        _listen(handler)
    try:
        yield
    finally:
        for logger in (REQUESTS, ERRORS):
            logger.removeHandler(handler)
        traces.shutdown()
        logs.shutdown()


def _resource() -> Resource:
    known = os.environ.get("OTEL_RESOURCE_ATTRIBUTES", "")
    named = "OTEL_SERVICE_NAME" in os.environ or "service.name=" in known
    return Resource.create({} if named else {"service.name": SERVICE})


def _listen(handler: logging.Handler) -> None:
    for logger in (REQUESTS, ERRORS):
        logger.addHandler(handler)
        if logger.getEffectiveLevel() > logging.INFO:
            logger.setLevel(logging.INFO if logger is REQUESTS else logging.WARNING)


class _Handler(logging.Handler):
    """Gives the records of our loggers to a collector, within the trace that they are of."""

    def __init__(self, logger: Logger) -> None:
        super().__init__()
        self._logger = logger

    def emit(self, record: logging.LogRecord) -> None:
        """Send one record. Of an error only its kind is told: its words may hold anything."""
        facts = getattr(record, FACTS, {})
        said = {_SAID[name]: value for name, value in facts.items() if name in _SAID}
        if record.exc_info is not None and record.exc_info[0] is not None:
            said["exception.type"] = record.exc_info[0].__name__
        is_error = record.levelno >= logging.WARNING
        self._logger.emit(
            LogRecord(
                timestamp=int(record.created * 1e9),
                severity_number=SeverityNumber.ERROR if is_error else SeverityNumber.INFO,
                severity_text=record.levelname,
                body="error" if is_error else record.getMessage(),
                attributes=said,
            )
        )
