"""An OpenTelemetry collector on this machine: what it was sent over OTLP/HTTP, decoded."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span


@dataclass
class Collector:
    """What came: spans and log records in their order, and the attributes of their service."""

    url: str
    spans: list[Span] = field(default_factory=list)
    logs: list[LogRecord] = field(default_factory=list)
    resources: list[dict[str, str | int]] = field(default_factory=list)
    raw: bytes = b""

    def take(self, path: str, body: bytes) -> None:
        """Take one export."""
        self.raw += body
        if path == "/v1/traces":
            for one in ExportTraceServiceRequest.FromString(body).resource_spans:
                self.resources.append(said(one.resource.attributes))
                self.spans += [span for scope in one.scope_spans for span in scope.spans]
        else:
            assert path == "/v1/logs"
            for two in ExportLogsServiceRequest.FromString(body).resource_logs:
                self.resources.append(said(two.resource.attributes))
                self.logs += [record for scope in two.scope_logs for record in scope.log_records]

    def named(self, name: str) -> Span:
        """The one span of a name."""
        (found,) = [span for span in self.spans if span.name == name]
        return found


def said(attributes: Iterable[KeyValue]) -> dict[str, str | int]:
    """Attributes as a dictionary; those of the tests are text or whole numbers."""
    found: dict[str, str | int] = {}
    for one in attributes:
        value = one.value
        is_text = value.WhichOneof("value") == "string_value"
        found[one.key] = value.string_value if is_text else value.int_value
    return found


@contextmanager
def running_collector() -> Iterator[Collector]:
    """A collector until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        """Takes what is sent."""

        def do_POST(self) -> None:
            """One export."""
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            collector.take(self.path, body)
            self.send_response(200)
            self.send_header("content-type", "application/x-protobuf")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        collector = Collector(f"http://127.0.0.1:{server.server_address[1]}")
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield collector
        finally:
            server.shutdown()
            thread.join()
