"""What all doors of the check service share: one guard, and the counts where they are wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from starlette.requests import Request

from regiongate.domain.attested import HEADER
from regiongate.guard.asked import Asked
from regiongate.guard.check.counts import Counter
from regiongate.guard.guard import Guard
from regiongate.guard.outcome import Outcome
from regiongate.library.answer import Answer
from regiongate.policyfile.iso import countries


@dataclass(frozen=True, slots=True)
class Service:
    """A guard that is asked over the network. Without a `counter` nothing is kept of any question.

    `attested_by` are the organizations whose word on the country of their own users is noted.
    """

    guard: Guard
    counter: Counter | None = None
    attested_by: frozenset[str] = frozenset()

    def ask(self, asked: Asked, *, count: bool = True) -> Outcome:
        """What becomes of a request that a proxy tells of."""
        outcome = self.guard.ask(asked)
        if count and outcome.answer is not None:
            believed = outcome.organization in self.attested_by
            attested = attested_country(asked.headers(HEADER)) if believed else None
            self.note(outcome.answer, attested)
        return outcome

    def note(self, answer: Answer, attested: str | None = None) -> None:
        """Count one answer, where counts are kept."""
        if self.counter is not None:
            where = answer.country or "", attested or ""
            policy = f"{answer.policy_name} {answer.policy_version}"
            self.counter.note(policy, [(*where, answer.place_class.value, answer.verdict.value)])


def attested_country(values: Sequence[bytes]) -> str | None:
    """The country that such a header names; None where it is said twice, or is no country."""
    code = values[0].decode("latin-1") if len(values) == 1 else ""
    return code if code in countries() else None


def service_of(request: Request) -> Service:
    """The service that a request came to."""
    return cast(Service, request.app.state.service)
