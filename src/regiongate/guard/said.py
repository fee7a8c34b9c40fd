"""What the API is told of an answer, written down once for all requests that get the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from regiongate.compiler.envoy import names
from regiongate.domain.facts import Cloud
from regiongate.library.answer import Answer

MOST = 4096
"""Answers that are remembered: whom a proxy names as an organization, a client may have made up."""

LONGEST = 256
"""Letters in the name of an organization that is remembered."""


@dataclass(frozen=True, slots=True)
class Said:
    """The headers under `x-regiongate-` that are the same for each request with this answer."""

    answer: Answer
    cloud: Cloud | None
    text: Mapping[str, str]
    raw: tuple[tuple[bytes, bytes], ...]
    """The same as ASGI writes headers."""


class Sayings:
    """What was said, for the answers of one bundle. Several threads may ask at once."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int, str | None], Said] = {}

    def of(self, answer: Answer, cloud: Cloud | None, organization: str | None) -> Said:
        """What the API is told.

        A bundle has one answer for each place, standing and era, and the same object each time:
        they are known by their identity, which stays theirs while they are remembered here.
        """
        key = id(answer), id(cloud), organization
        known = self._known.get(key)
        if known is None:
            known = _said(answer, cloud, organization)
            if len(self._known) >= MOST:
                self._known.clear()
            if organization is None or len(organization) <= LONGEST:
                self._known[key] = known
        return known


def _said(answer: Answer, cloud: Cloud | None, organization: str | None) -> Said:
    """The headers that the API gets, as the gateway gives them to its upstream."""
    all_ = {
        names.COUNTRY: answer.country,
        names.REGION: answer.region,
        names.CLOUD: None if cloud is None else cloud.words,
        names.CLASS: answer.place_class.value,
        names.VERDICT: answer.verdict.value,
        names.WOULD: answer.would.value if answer.would is not answer.verdict else None,
        names.RULE: answer.rule,
        names.ORGANIZATION: organization,
        names.GENERATION: answer.generation,
    }
    text = {name: value for name, value in all_.items() if value is not None}
    raw = tuple((name.encode("ascii"), value.encode("latin-1")) for name, value in text.items())
    return Said(answer, cloud, text, raw)
