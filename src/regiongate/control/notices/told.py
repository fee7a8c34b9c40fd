"""What is told at an event beside what the case itself says, and how the store keeps it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from regiongate.domain.appeal import AppealOutcome
from regiongate.domain.evidence import EvidenceKind
from regiongate.domain.exemption import Scope
from regiongate.domain.notice import (
    AppealDecision,
    AppealReceived,
    EndingExemption,
    Event,
    Release,
    ReleaseCause,
    Suspension,
)


@dataclass(frozen=True, slots=True)
class Told:
    """An event, and the facts that belong to it alone (`domain.notice.NEEDS`).

    `occasion` tells several of one event in one case apart, such as the reminders.
    """

    event: Event
    occasion: str = ""
    suspension: Suspension | None = None
    release: Release | None = None
    appeal: AppealReceived | None = None
    decision: AppealDecision | None = None
    exemption: EndingExemption | None = None


_FACTS = ("suspension", "release", "appeal", "decision", "exemption")


def written(told: Told) -> str:
    """The facts as JSON, the same for the same."""
    said = {name: asdict(fact) for name in _FACTS if (fact := getattr(told, name)) is not None}
    return json.dumps(said, sort_keys=True, ensure_ascii=False, default=_plain)


def read(event: Event, occasion: str, text: str) -> Told:
    """What `written` wrote, as it was told."""
    said = json.loads(text)
    return Told(event, occasion, **{name: _READERS[name](fact) for name, fact in said.items()})


def _plain(value: object) -> str:
    if not isinstance(value, datetime):
        raise TypeError(f"{value!r} has no form in JSON")
    return value.isoformat()


def _suspension(said: Mapping[str, Any]) -> Suspension:
    return Suspension(tuple(map(EvidenceKind, said["evidence"])), _instant(said["at"]))


def _release(said: Mapping[str, Any]) -> Release:
    return Release(ReleaseCause(said["cause"]), _instant(said["at"]))


def _appeal(said: Mapping[str, Any]) -> AppealReceived:
    return AppealReceived(said["id"], _instant(said["received"]), _instant(said["due"]))


def _decision(said: Mapping[str, Any]) -> AppealDecision:
    return AppealDecision(
        AppealOutcome(said["outcome"]),
        _instant(said["at"]),
        said["reason"],
        None if said["until"] is None else _instant(said["until"]),
        said["may_reopen"],
    )


def _exemption(said: Mapping[str, Any]) -> EndingExemption:
    return EndingExemption(Scope(said["scope"]), said["value"], _instant(said["ends"]))


_instant = datetime.fromisoformat
_READERS: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "suspension": _suspension,
    "release": _release,
    "appeal": _appeal,
    "decision": _decision,
    "exemption": _exemption,
}
