"""A span for each statement that a request sends to the store: its text, never its values."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer, get_current_span

_KEPT = "_regiongate_span"
_NAMES = {"postgresql": "postgresql", "sqlite": "sqlite"}


def trace(engine: sa.Engine, tracer: Tracer) -> None:
    """Trace the statements of an engine, within a request that is traced itself."""
    system = _NAMES[engine.dialect.name]

    def begin(*given: Any) -> None:
        _, _, statement, _, context, _ = given
        if context is None or not get_current_span().get_span_context().is_valid:
            return
        kind = statement.split(maxsplit=1)[0].upper()
        said = {"db.system.name": system, "db.operation.name": kind, "db.query.text": statement}
        span = tracer.start_span(kind, kind=SpanKind.CLIENT, attributes=said)
        setattr(context, _KEPT, span)

    def end(*given: Any) -> None:
        span = _span(given[4])
        if span is not None:
            span.end()

    def fail(told: sa.engine.ExceptionContext) -> None:
        span = _span(told.execution_context)
        if span is not None:
            # The words of an error may hold values.
            span.set_attribute("error.type", type(told.original_exception).__name__)
            span.set_status(Status(StatusCode.ERROR))
            span.end()

    sa.event.listen(engine, "before_cursor_execute", begin)
    sa.event.listen(engine, "after_cursor_execute", end)
    sa.event.listen(engine, "handle_error", fail)


def _span(context: Any) -> Span | None:
    found: Span | None = getattr(context, _KEPT, None)
    return found
