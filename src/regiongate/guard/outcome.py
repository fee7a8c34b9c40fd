"""What becomes of a request: it passes with headers on it, or it is answered here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from regiongate.compiler.envoy import names
from regiongate.guard.said import Said
from regiongate.library.answer import Answer

Headers = Mapping[str, str]
"""Headers by their lower-case names."""


class Passed(NamedTuple):
    """The request goes on to the API.

    `said` is what the API is told of the answer, `key` the short form of the request's API key.
    `warning` are headers that replace the API's own, and `link` one that stands beside the API's.
    `untold` is the organization header where it is a client's word, and must not reach the API.
    `organization` is who asks, None for nobody that is known.
    """

    said: Said
    key: str | None
    request_id: str
    warning: Headers
    link: str | None
    untold: str | None
    organization: str | None

    @property
    def answer(self) -> Answer:
        """The decision."""
        return self.said.answer

    @property
    def request(self) -> Headers:
        """Headers for the API."""
        key = {} if self.key is None else {names.KEY: self.key}
        return {**self.said.text, **key, "x-request-id": self.request_id}

    @property
    def response(self) -> Headers:
        """Headers for the client, which replace the API's own."""
        return {"x-request-id": self.request_id, **self.warning}


@dataclass(frozen=True, slots=True)
class Answered:
    """The client gets this instead; `answer` is None where nothing could be decided."""

    status: int
    headers: Headers
    body: bytes
    answer: Answer | None
    organization: str | None = None


Outcome = Passed | Answered
