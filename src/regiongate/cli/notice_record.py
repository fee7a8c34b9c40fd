"""A notice as JSON and in a table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from regiongate.cli import output
from regiongate.domain.contact import masked
from regiongate.store.notices import Attempt, KeptNotice

_HEADINGS = (
    *("notice", "case", "organization", "event", "occasion", "round", "to", "language"),
    *("state", "attempts", "due", "accepted", "answer"),
)
_ATTEMPTS = ("attempt", "at", "fate", "stage", "code", "answer")


def record(
    found: KeptNotice, attempts: Sequence[Attempt] | None = None, *, whole: bool = False
) -> dict[str, Any]:
    """A notice for programs; its mail address is masked unless it is asked for as a `whole`.

    The words of a relay may repeat the address, so they are masked with it.
    """
    said = asdict(found) | {"told": json.loads(found.told)}
    if attempts is not None:
        said["attempts_made"] = [asdict(one) for one in attempts]
    return said if whole else _masked(said, found.address)


def print_notices(found: Sequence[KeptNotice], *, whole: bool) -> None:
    """Notices, one in each row."""
    output.print_table(_HEADINGS, (_row(record(one, whole=whole)) for one in found))


def print_attempts(attempts: Sequence[Attempt]) -> None:
    """The attempts to send one notice."""
    rows = (
        (one.number, one.at, one.fate, one.stage, one.reply_code, one.reply) for one in attempts
    )
    output.print_table(_ATTEMPTS, rows)


def _row(said: dict[str, Any]) -> tuple[object, ...]:
    state = "bounced" if said["bounced_at"] is not None else said["state"]
    code = said["reply_code"]
    reply = said["why"] or said["reply"]
    return (
        *(said[name] for name in ("id", "case", "organization", "event", "occasion", "round")),
        *(said["address"], said["language"], state, said["attempts"], said["due_at"]),
        said["accepted_at"],
        reply if code is None else f"{code} {reply}",
    )


def _masked(value: Any, address: str) -> Any:
    if isinstance(value, str):
        return value.replace(address, masked(address))
    if isinstance(value, dict):
        return {name: _masked(inner, address) for name, inner in value.items()}
    return [_masked(inner, address) for inner in value] if isinstance(value, list) else value
