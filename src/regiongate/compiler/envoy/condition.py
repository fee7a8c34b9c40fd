"""Conditions on a finished request: which logger hears of it, which words a local reply gets."""

from __future__ import annotations

from typing import Any, Literal

from regiongate.compiler.envoy.typed import Config, typed


def status(operator: Literal["EQ", "GE", "LE"], bound: int) -> Config:
    """Holds for an answer whose status compares so; one that never began counts as status 0."""
    value = {"default_value": bound, "runtime_key": "none"}
    return {"status_code_filter": {"comparison": {"op": operator, "value": value}}}


def header(name: str, **match: Any) -> Config:
    """Holds when a request header matches, by the fields of Envoy's `HeaderMatcher`."""
    return {"header_filter": {"header": {"name": name, **match}}}


def expression(name: str, cel: str) -> Config:
    """Holds when a CEL expression does; it costs as much as a dozen fields of a log line."""
    message = "envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter"
    return {"extension_filter": {"name": name, "typed_config": typed(message, expression=cel)}}


def every(*conditions: Config) -> Config:
    """Holds when all of them do; what follows one that does not hold is not asked."""
    return {"and_filter": {"filters": list(conditions)}}


def either(*conditions: Config) -> Config:
    """Holds when any of them does; what follows one that holds is not asked."""
    return {"or_filter": {"filters": list(conditions)}}
