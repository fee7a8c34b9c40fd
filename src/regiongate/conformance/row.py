"""One row of the table that a run ends in."""

from __future__ import annotations

from dataclasses import dataclass

from regiongate.conformance.check import Check
from regiongate.conformance.exchange import Exchange
from regiongate.conformance.finding import Finding


@dataclass(frozen=True, slots=True)
class Row:
    """What a check found, with the requests and answers behind it."""

    check: Check
    finding: Finding
    exchanges: tuple[Exchange, ...] = ()
    usable: bool = False
    """It was answered, so what needs it can be asked, whatever differs."""
