"""What a check asks with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Seat:
    """An SDK's client and the names of models.

    The clients are of no one type: which SDK they come from is settled by the table that a check
    stands in, and both are extras.
    """

    client: Any
    stranger: Any
    """The same client with a key that nobody has issued."""
    model: str
    embedding_model: str
