"""What both kinds of batches have in common: questions that are answered when somebody looks."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from regiongate.sample.errors import ApiError

State = Literal["waiting", "done", "cancelled"]


@dataclass(frozen=True, slots=True)
class Question:
    """One request of a batch."""

    custom_id: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch: it waits until it is looked up for the first time, and is done from then on.

    So it can be cancelled, and nobody has to wait for a clock.
    """

    digest: str
    questions: tuple[Question, ...]
    about: dict[str, Any]
    """What its API repeats about it."""
    state: State = "waiting"
    results: tuple[Any, ...] = ()
    """An answer for each question, as its API writes them, once it is done."""

    def cancelled(self) -> "Batch":
        """This batch, taken back; `ApiError` where it is done already."""
        if self.state == "done":
            raise ApiError("The batch is done already.", status=409)
        return replace(self, state="cancelled")

    def done(self, answered: Callable[[Question], Any]) -> "Batch":
        """This batch with its answers; as it is where it does not wait any more."""
        if self.state != "waiting":
            return self
        return replace(self, state="done", results=tuple(map(answered, self.questions)))


def made(questions: Sequence[Question], about: dict[str, Any]) -> Batch:
    """A batch that waits; equal ones have one id."""
    asked = [[question.custom_id, question.body] for question in questions]
    digest = hashlib.sha256(json.dumps([asked, about]).encode("ascii")).hexdigest()[:24]
    return Batch(digest, tuple(questions), about)


def question(given: Any, field: str) -> Question:
    """One request, whose body stands in `field`."""
    name = given.get("custom_id") if isinstance(given, dict) else None
    body = given.get(field) if isinstance(given, dict) else None
    if not isinstance(name, str) or not isinstance(body, dict):
        raise ApiError(f"Each request of a batch needs a 'custom_id' and an object '{field}'.")
    return Question(name, body)
