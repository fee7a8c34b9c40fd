"""What a client reads, as the gateway says it (`compiler/envoy/refuse.py`, `leaf.py`)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from regiongate.domain.facts import Cloud, advice_on
from regiongate.domain.policy import Dialect, Policy
from regiongate.domain.refusal import SELF_CHECK_PATH, Particulars, body, ground_of, moving_helps
from regiongate.domain.verdict import Decision
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
        since=None if answer.since is None else instant(answer.since),
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
        else {"verdict": following.verdict, "at": instant(following.at)},
    }
    return _answered(200, content, JSON, {"x-request-id": request_id}, answer)


def warning(answer: Answer, cloud: Cloud | None) -> dict[str, str]:
    """The headers of a warning: Sunset (RFC 8594) is the date of the block."""
    where = "" if cloud is None else cloud.words
    access = f'warn; country="{answer.country or ""}"; cloud="{where}"; rule="{answer.rule}"'
    headers: dict[str, str] = {}
    following = answer.next
    if following is not None and following.verdict.refuses:
        headers["sunset"] = format_datetime(following.at, usegmt=True)
        access += f'; {following.verdict}="{instant(following.at)}"'
    return headers | {"x-region-access": access}


def warning_link(policy: Policy) -> str:
    """Where somebody who is warned may look: the self-check, and whom to ask."""
    return f'<{SELF_CHECK_PATH}>; rel="sunset", <{policy.refusal.appeal}>; rel="help"'


def unreadable(request_id: str) -> Answered:
    """The fault lies with a proxy of the provider, not with the client: always RFC 9457."""
    return _fault(
        400,
        "unreadable_forwarded_for",
        "A proxy in front of this API passed on a client address that cannot be read",
        request_id,
    )


def undecided(request_id: str) -> Answered:
    """The one refusal that no decision stands behind: the fault is ours, so it is a 500."""
    title = "The gateway could not decide about this request"
    return _fault(500, "undecided", title, request_id)


def not_routed(request_id: str) -> Answered:
    """The proxy asked whether a self-check passes, and could not hand on its answer."""
    title = "The proxy must send the path of the self-check to the check service itself"
    return _fault(421, "self_check_not_routed", title, request_id)


def instant(at: datetime) -> str:
    """An instant (UTC) as clients read it."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _fault(status: int, code: str, title: str, request_id: str) -> Answered:
    content = {
        "type": f"urn:regiongate:refusal:{code}",
        "title": title,
        "status": status,
        "code": code,
        "request_id": request_id,
    }
    return _answered(status, content, PROBLEM, {"x-request-id": request_id}, None)


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
