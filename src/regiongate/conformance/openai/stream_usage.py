"""The usage at the end of a stream."""

from __future__ import annotations

from regiongate.conformance.answer import Answer, at
from regiongate.conformance.finding import Finding, judged
from regiongate.conformance.openai.stream import ask, chunks_of
from regiongate.conformance.openai.usage import usage_wrongs

__all__ = ["ask", "judge"]


def judge(answer: Answer) -> Finding:
    """The last chunk has no choice, and the usage of the whole."""
    chunks = chunks_of(answer)
    with_usage = [chunk for chunk in chunks if at(chunk, "usage") is not None]
    if not with_usage:
        return judged(["no usage, though it was asked for"], "")
    wrongs = usage_wrongs(at(chunks[-1], "usage"))
    if at(chunks[-1], "choices") != []:
        wrongs.append("the usage does not come in a last chunk of its own")
    if len(with_usage) > 1:
        wrongs.append(f"{len(with_usage)} chunks carry a usage")
    return judged(wrongs, "in the last chunk, which has nothing else")
