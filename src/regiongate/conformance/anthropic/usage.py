"""The count of tokens, which customers pay and budget by."""

from __future__ import annotations

from typing import Any

from regiongate.conformance.answer import at, count


def usage_wrongs(usage: Any, *names: str) -> list[str]:
    """What is wrong with a usage that must have these counts."""
    if not isinstance(usage, dict):
        return ["no usage"]
    return [f"usage has no {name}" for name in names if count(at(usage, name)) is None]
