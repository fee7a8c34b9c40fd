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
    wrongs = [f"no {name}" for name in absent]
    if last is not None:
        said = {name: last.header(name) for name in names if "reset" not in name}
        wrongs += [f"{n} is {v!r}" for n, v in said.items() if v and not v.isdecimal()]
    return judged(wrongs, f"all {len(names)} headers")
