"""What a client reads, as the gateway says it (`compiler/envoy/refuse.py`, `leaf.py`)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from regiongate.domain.facts import Cloud, advice_on
from regiongate.domain.fault import Fault
from regiongate.domain.instant import instant_text
from regiongate.domain.policy import Dialect, Policy
from regiongate.domain.refusal import SELF_CHECK_PATH, Particulars, body, ground_of, moving_helps
from regiongate.domain.verdict import Decision
from regiongate.domain.warning import warning
from regiongate.guard.outcome import Answered
from regiongate.library.answer import Answer

JSON = "application/json"
PROBLEM = "application/problem+json"


def refusal(policy: Policy, answer: Answer, cloud: Cloud | None, request_id: str) -> Answered:
    """The refusal of an answer, in the policy's dialect and with its status."""
    style, decision = policy.refusal, _decision(answer)
    ground = ground_of(decision)
    said = Particulars(
        code=ground.code,
        message=ground.message,
        country=answer.country,
        region=answer.region,
        cloud=None if cloud is None else cloud.words,
        advice=_advice(decision, cloud),
        request_id=request_id,
        policy=policy.name,
        version=policy.version,
        since=None if answer.since is None else instant_text(answer.since),
        self_check=SELF_CHECK_PATH,
        appeal=style.appeal,
    )
    headers = {"x-request-id": request_id}
    if style.blocked_by is not None:
        headers["link"] = f'<{style.blocked_by}>; rel="blocked-by"'
    if style.dialect is Dialect.ANTHROPIC:
        headers["request-id"] = request_id
    media = PROBLEM if style.dialect is Dialect.PROBLEM else JSON
    content = body(style.dialect, style.status, said)
    return _answered(style.status, content, media, headers, answer)


def self_check(
    policy: Policy, answer: Answer, address: str, cloud: Cloud | None, request_id: str
) -> Answered:
    """The same decision, told instead of enforced."""
    following = answer.next
    content = {
        "address": address,
        "country": answer.country,
        "region": answer.region,
        "cloud": None if cloud is None else cloud.words,
        "advice": _advice(_decision(answer), cloud),
        "class": answer.place_class,
        "verdict": answer.verdict,
        "rule": answer.rule,
        "policy": {"name": policy.name, "version": policy.version},
        "generation": answer.generation,
        "next": None
        if following is None
        else {"verdict": following.verdict, "at": instant_text(following.at)},
    }
    return _answered(200, content, JSON, {"x-request-id": request_id}, answer)


def warned(answer: Answer, cloud: Cloud | None) -> dict[str, str]:
    """The headers of a warning."""
    where = "" if cloud is None else cloud.words
    return warning(answer.country or "", where, answer.rule, answer.next)


def faulty(fault: Fault, request_id: str) -> Answered:
    """The answer to a request that nobody could decide about."""
    headers = {"x-request-id": request_id}
    return _answered(fault.status, fault.body(request_id), PROBLEM, headers, None)


def _answered(
    status: int,
    content: Mapping[str, Any],
    media: str,
    headers: Mapping[str, str],
    answer: Answer | None,
) -> Answered:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    shared = {
        "content-type": media,
        "content-length": str(len(text)),
        "cache-control": "no-store",
    }
    return Answered(status, {**shared, **headers}, text, answer)


def _decision(answer: Answer) -> Decision:
    return Decision(answer.verdict, answer.rule, answer.place_class, "", answer.would)


def _advice(decision: Decision, cloud: Cloud | None) -> str | None:
    return advice_on(cloud) if cloud is not None and moving_helps(decision) else None
