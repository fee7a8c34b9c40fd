"""Runs the checks of one dialect as far as a test needs them."""

from __future__ import annotations

from regiongate.conformance.limits import Limits
from regiongate.conformance.row import Row
from regiongate.conformance.run import run
from regiongate.conformance.target import target_of
from regiongate.domain.offer import Speech

KEY = "sk-secret-of-the-test"


def row_of(
    url: str, dialect: Speech, check: str, *, seconds: float = 20, size: int = 4 * 1024 * 1024
) -> Row:
    """The row of one check; what stands before it in the table is asked too."""
    target = target_of(url, dialect, KEY, "NAME")
    limits = Limits(check_seconds=seconds, answer_bytes=size)
    return next(row for row in run(target, limits) if row.check.name == check)


def states(url: str, dialect: Speech, key: str = KEY) -> dict[str, str]:
    """The state of every check."""
    target = target_of(url, dialect, key, "NAME")
    return {row.check.name: row.finding.state.value for row in run(target, Limits())}
