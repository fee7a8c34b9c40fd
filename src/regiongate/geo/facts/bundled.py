"""The sources of facts that can be named without being added: those that come as packages."""

from __future__ import annotations

from regiongate.geo.facts import clouds, iporigin
from regiongate.geo.facts.table import FactTable
from regiongate.geo.source import Source

_SOURCES = {clouds.NAME: clouds.source, iporigin.NAME: iporigin.source}
_TABLES = {clouds.NAME: clouds.load, iporigin.NAME: iporigin.load}


def names() -> tuple[str, ...]:
    """Their names; `iporigin` is among them whether its package is installed or not."""
    return tuple(_SOURCES)


def source(name: str) -> Source:
    """What is known of one; KeyError when there is none, CannotRun when it is not installed."""
    return _SOURCES[name]()


def load(name: str) -> FactTable:
    """What one states; KeyError when there is none. Raises SourceError or CannotRun."""
    return _TABLES[name]()
