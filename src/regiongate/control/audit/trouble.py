"""What can be wrong with an audit trail."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Wrong(StrEnum):
    """What was done to an event, as far as the rest of the chain proves it."""

    CHANGED = "changed"
    REMOVED = "removed"
    REORDERED = "reordered"
    INSERTED = "inserted"
    CONTENT_CHANGED = "content-changed"
    CONTENT_REMOVED = "content-removed"
    HEAD = "head"
    WRITTEN_PAST = "written-past-the-schema"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something wrong at a number of the trail, in words."""

    number: int
    wrong: Wrong
    words: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What a verification found: how many events there are, how many contents are erased."""

    events: int
    erased: int
    troubles: tuple[Trouble, ...]
