"""What becomes of a request: it passes with headers on it, or it is answered here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from regiongate.library.answer import Answer

Headers = Mapping[str, str]
"""Headers by their lower-case names."""


@dataclass(frozen=True, slots=True)
class Passed:
    """The request goes on to the API.

    `request` are headers for the API, `response` those that replace the API's own, and `link` one
    that stands beside the API's. `strip` says that the organization header is a client's word.
    `organization` is who asks, None for nobody that is known.
    """

    request: Headers
    response: Headers
    link: str | None
    strip: bool
    answer: Answer
    organization: str | None


@dataclass(frozen=True, slots=True)
class Answered:
    """The client gets this instead; `answer` is None where nothing could be decided."""

    status: int
    headers: Headers
    body: bytes
    answer: Answer | None
    organization: str | None = None


Outcome = Passed | Answered
