"""The headers of both APIs by which a client paces itself."""

from __future__ import annotations

from collections.abc import Sequence

from regiongate.conformance.answer import Answer
from regiongate.conformance.finding import Finding, judged, missing


def told(answer: Answer, names: Sequence[str]) -> Finding:
    """Whether an answer has these headers."""
    last = answer.last
    absent = [name for name in names if last is None or not last.header(name)]
    if len(absent) == len(names):
        return missing("no header of this kind")
    return judged([f"no {name}" for name in absent], f"all {len(names)} headers")
