"""OpenTelemetry: traces and logs of the server, where the environment says where they go."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from fastapi import FastAPI

from regiongate.domain.errors import CannotRun
from regiongate.store.database import Database

_OTLP = "OTEL_EXPORTER_OTLP_"
_PROTOCOL = "http/protobuf"
_SIGNALS = ("TRACES", "LOGS")


@dataclass(frozen=True, slots=True)
class Signals:
    """What goes to a collector: traces, logs, or both."""

    traces: bool
    logs: bool


def wanted(environment: Mapping[str, str]) -> Signals:
    """What the standard variables of OpenTelemetry ask for. Raises CannotRun for another protocol.

    A signal is sent where its endpoint, or that of all, is named, unless its exporter is `none` or
    OTEL_SDK_DISABLED is `true`.
    """
    if environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return Signals(traces=False, logs=False)
    traces, logs = (_is_wanted(environment, signal) for signal in _SIGNALS)
    return Signals(traces, logs)


@contextmanager
def traced(app: FastAPI, database: Database) -> Iterator[None]:
    """Trace an application and what it asks of its store, until the block ends.

    Nothing happens where no variable asks for it. Raises CannotRun where the extra is missing.
    """
    signals = wanted(os.environ)
    if not signals.traces and not signals.logs:
        yield
        return
    if any(find_spec(name) is None for name in ("opentelemetry", "opentelemetry.sdk")):
        raise CannotRun(f"{_OTLP}ENDPOINT is set, so install: pip install 'regiongate[telemetry]'")
    telemetry = import_module("regiongate.server.observe.telemetry")
    with telemetry.sending(app, database, signals):
        yield


def _is_wanted(environment: Mapping[str, str], signal: str) -> bool:
    named = any(environment.get(f"{_OTLP}{of}ENDPOINT") for of in ("", f"{signal}_"))
    if not named or environment.get(f"OTEL_{signal}_EXPORTER", "otlp") == "none":
        return False
    every = environment.get(f"{_OTLP}PROTOCOL", _PROTOCOL)
    protocol = environment.get(f"{_OTLP}{signal}_PROTOCOL", every)
    if protocol != _PROTOCOL:
        raise CannotRun(f"{_OTLP}PROTOCOL is {protocol!r}: only {_PROTOCOL} is spoken here")
    return True
