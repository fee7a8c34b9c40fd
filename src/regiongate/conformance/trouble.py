"""What a call that did not return says of an endpoint, whatever was asked."""

from __future__ import annotations

from regiongate.conformance.answer import Answer, at
from regiongate.conformance.check import Check
from regiongate.conformance.exchange import Exchange
from regiongate.conformance.finding import Finding, State, differs, missing, not_told

_ABSENT = frozenset({400, 404, 405, 415, 422, 501})
"""A valid request that is refused in these words is one for something that is not there."""


def finding_of(check: Check, answer: Answer) -> Finding:
    """What a check found: trouble on the way first, then its own judgement, then the SDK's."""
    if found := _on_the_way(check, answer):
        return found
    found = check.judge(answer)
    if found.state is State.WORKS and answer.failure and not check.refusal:
        kind = answer.failure.kind
        return differs(f"the SDK cannot read the answer: {kind}", **found.measured)
    return found


def _on_the_way(check: Check, answer: Answer) -> Finding | None:
    """What went wrong first; what came after, such as tidying up, only follows from it."""
    failure = answer.failure
    if answer.last is None:
        return not_told("nothing was sent" if failure is None else failure.words)
    if failure is None:
        return None
    for step, exchange in enumerate(answer.exchanges):
        if exchange.broken or exchange.status is None:
            return differs(exchange.broken or failure.words)
        found = _by_status(exchange, exchange.status, refusal=check.refusal)
        if found and found.state is State.MISSING and step > check.before:
            return differs(f"step {step + 1}: {found.words}")
        if found:
            return found
    return None


def _by_status(exchange: Exchange, status: int, *, refusal: bool) -> Finding | None:
    if 300 <= status < 400:
        return differs(f"answers with a redirect ({status}); not followed")
    if status == 429:
        return not_told("too many requests (429); ask again later")
    if status < 400 or refusal:
        return None
    words = f"{status}: {_said(exchange.document)}"
    return missing(words) if status in _ABSENT else differs(words)


def _said(document: object) -> str:
    message = at(document, "error", "message")
    return message[:200] if isinstance(message, str) else "without a message"
