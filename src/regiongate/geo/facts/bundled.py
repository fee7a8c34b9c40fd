"""The sources of facts that can be named without being added: those that come as packages."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from regiongate.geo.facts import clouds
from regiongate.geo.facts.table import FactTable
from regiongate.geo.source import Source

_SOURCES = {clouds.NAME: "clouds:source", "iporigin": "iporigin:source"}
_TABLES = {clouds.NAME: "cloud_ranges:load", "iporigin": "iporigin:load"}
"""Where the functions are. They are imported when one is asked for: reading ranges needs Arrow."""


def names() -> tuple[str, ...]:
    """Their names; `iporigin` is among them whether its package is installed or not."""
    return tuple(_SOURCES)


def source(name: str) -> Source:
    """What is known of one; KeyError when there is none, CannotRun when it is not installed."""
    known: Callable[[], Source] = _function(_SOURCES[name])
    return known()


def load(name: str) -> FactTable:
    """What one states; KeyError when there is none. Raises SourceError or CannotRun."""
    table: Callable[[], FactTable] = _function(_TABLES[name])
    return table()


def _function(where: str) -> Any:
    module, _, name = where.partition(":")
    return getattr(import_module(f"{__package__}.{module}"), name)
