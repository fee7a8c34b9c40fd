"""A draft: a policy that one person wrote and another must publish."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class DraftState(StrEnum):
    """Where a draft stands."""

    PROPOSED = "proposed"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Draft:
    """The text of a policy file, by whom and why, and what became of it.

    `base` is the generation that was in force when it was written, None where there was none;
    `generation` the one that it became. `decided_by` published or withdrew it.
    """

    number: int
    text: str
    base: str | None
    by: str
    at: datetime
    reason: str
    state: DraftState = DraftState.PROPOSED
    decided_by: str | None = None
    decided_at: datetime | None = None
    generation: str | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of the text, in hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()
