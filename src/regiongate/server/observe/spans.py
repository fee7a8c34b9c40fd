"""A span for each request (OpenTelemetry semantic conventions for HTTP servers)."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from opentelemetry.trace import Link, SpanKind, Status, StatusCode, Tracer, get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.datastructures import Headers

from regiongate.server.observe.route import NONE, method_of, route_of
from regiongate.server.observe.watch import TRACE_ID

_TRACEPARENT = "traceparent"
_PROPAGATOR = TraceContextTextMapPropagator()
_BROKEN = 500


class Traced:
    """ASGI middleware: one span around each request, named by method and route.

    A trace begins here. What a client says of its own trace becomes a link: the public pages are
    for everybody, and nobody outside decides what is sampled, or which trace a request is part of.
    """

    def __init__(self, app: Any, tracer: Tracer) -> None:
        self._app = app
        self._tracer = tracer

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method, status = method_of(scope), _BROKEN

        async def sent(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        with self._tracer.start_as_current_span(
            method,
            kind=SpanKind.SERVER,
            attributes={"http.request.method": method, "url.scheme": scope["scheme"]},
            links=_links(Headers(scope=scope)),
            # The words of an error may hold anything.
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            trace = span.get_span_context().trace_id
            scope.setdefault("state", {})[TRACE_ID] = f"{trace:032x}"
            try:
                await self._app(scope, receive, sent)
            finally:
                route = route_of(scope)
                if route != NONE:
                    span.update_name(f"{method} {route}")
                    span.set_attribute("http.route", route)
                span.set_attribute("http.response.status_code", status)
                if status >= _BROKEN:
                    span.set_status(Status(StatusCode.ERROR))


def _links(headers: Headers) -> list[Link]:
    said = headers.get(_TRACEPARENT)
    if said is None:
        return []
    theirs = get_current_span(_PROPAGATOR.extract({_TRACEPARENT: said})).get_span_context()
    return [Link(theirs)] if theirs.is_valid else []
