"""The count of tokens, which customers pay and budget by."""

from __future__ import annotations

from typing import Any

from regiongate.conformance.answer import at, count


def usage_wrongs(usage: Any) -> list[str]:
    """What is wrong with a usage; a missing one is one thing."""
    if not isinstance(usage, dict):
        return ["no usage"]
    names = ("prompt_tokens", "completion_tokens", "total_tokens")
    counts = [count(at(usage, name)) for name in names]
    wrongs = [f"usage has no {name}" for name, n in zip(names, counts, strict=True) if n is None]
    prompt, completion, total = counts
    if prompt is not None and completion is not None and total not in (None, prompt + completion):
        wrongs.append("usage does not add up")
    return wrongs
