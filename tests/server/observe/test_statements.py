"""Spans of statements, also of those that fail."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from regiongate.server.observe import statements


def test_a_statement_that_fails_is_told_without_its_words() -> None:
    """What the database says of it may hold values; outside a request nothing is traced."""
    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    tracer = provider.get_tracer("test")
    engine = sa.create_engine("sqlite://")
    statements.trace(engine, tracer)
    wrong = sa.text("SELECT abs(:number) FROM nowhere")
    with engine.connect() as connection:
        connection.execute(sa.select(1))
        assert kept.get_finished_spans() == ()
        with tracer.start_as_current_span("request"), pytest.raises(sa.exc.OperationalError):
            connection.execute(wrong, {"number": 4711})
    failed, _ = kept.get_finished_spans()
    assert failed.name == "SELECT" and not failed.status.is_ok
    assert failed.attributes == {
        "db.system.name": "sqlite",
        "db.operation.name": "SELECT",
        "db.query.text": "SELECT abs(?) FROM nowhere",
        "error.type": "OperationalError",
    }
    assert "4711" not in failed.to_json() and "no such table" not in failed.to_json()
