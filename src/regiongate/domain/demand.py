"""Demand: what one organization asked an API for on one day, by model and feature."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from regiongate.domain.offer import Feature

FEATURES = {
    "chat": Feature.CHAT,
    "responses": Feature.RESPONSES,
    "messages": Feature.MESSAGES,
    "completions": Feature.COMPLETIONS,
    "complete": Feature.COMPLETIONS,
    "embeddings": Feature.EMBEDDINGS,
    "models": Feature.MODELS,
    "files": Feature.FILES,
    "batches": Feature.BATCHES,
    "images": Feature.IMAGES,
    "audio": Feature.AUDIO,
    "moderations": Feature.MODERATIONS,
    "fine_tuning": Feature.FINE_TUNING,
    "assistants": Feature.ASSISTANTS,
    "threads": Feature.ASSISTANTS,
    "realtime": Feature.REALTIME,
}
"""The second segment of a path, below `/v1`, and the feature it belongs to."""

OTHER = "other"
"""What stands for all models that are not kept by their names."""


@dataclass(frozen=True, slots=True)
class Demand:
    """Requests of one organization for one model and feature on one day (UTC).

    `model` is None where no log said it, OTHER where it is not kept by its name; `feature` is None
    where the path belongs to none. `tokens`, `tokens_in` and `tokens_out` are null when no log
    said how many.
    """

    organization: str
    day: date
    model: str | None
    feature: Feature | None
    requests: int
    tokens: int | None
    tokens_in: int | None
    tokens_out: int | None
