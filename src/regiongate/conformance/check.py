"""One thing that an SDK expects of an endpoint."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from regiongate.conformance.answer import Answer
from regiongate.conformance.finding import Finding
from regiongate.conformance.seat import Seat


@dataclass(frozen=True, slots=True)
class Check:
    """The call, and the judgement as a pure function over what was answered."""

    name: str
    reason: str
    """What breaks in a customer's code where it is not so."""
    ask: Callable[[Seat], object]
    judge: Callable[[Answer], Finding]
    needs: tuple[str, ...] = ()
    """Checks without whose answer this one cannot be asked."""
    refusal: bool = False
    """An answer with an error status is what is asked for."""
    before: int = 0
    """How many of its requests only prepare what is asked about."""
