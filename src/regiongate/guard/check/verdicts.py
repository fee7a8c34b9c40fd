"""`POST /v1/check`: an address in, a verdict out, for whoever must restrict users of their own."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from regiongate.domain.instant import instant_text
from regiongate.domain.verdict import Change
from regiongate.guard.check.problem import BadQuestion
from regiongate.guard.check.question import question, questions
from regiongate.guard.check.service import service_of
from regiongate.library.answer import Answer

MOST_BYTES = 1 << 20
_KEPT = ("verdict", "would", "rule", "class", "country", "region")


async def check(request: Request) -> Response:
    """One address; the words are those of `explain --json`."""
    service = service_of(request)
    asked = question(await _json(request))
    opened = service.guard.opened
    answer = opened.gate.decide(asked.address, asked.organization, at=asked.at, path=asked.path)
    if asked.at is None:  # Another instant is a question only, and no request of anybody.
        service.note(answer)
    return _answered(_record(answer) | _under(opened))


async def check_many(request: Request) -> Response:
    """Up to ten thousand addresses at one instant, a row for each in the order asked."""
    service = service_of(request)
    asked = questions(await _json(request))
    opened = service.guard.opened
    decided = opened.gate.decide_many(asked.addresses, asked.organizations, asked.at, threads=1)
    rows = decided.table.select(_KEPT).to_pylist()
    if asked.at is None and service.counter is not None:
        service.counter.note(
            f"{decided.policy_name} {decided.policy_version}",
            (
                (row["country"] or "", "", row["class"], row["verdict"])
                for row in rows
                if row["verdict"] is not None
            ),
        )
    return _answered({"results": rows, "rejected": decided.rejected} | _under(opened))


def _record(answer: Answer) -> dict[str, Any]:
    return {
        "verdict": answer.verdict,
        "would": answer.would,
        "rule": answer.rule,
        "class": answer.place_class,
        "country": answer.country,
        "region": answer.region,
        "since": None if answer.since is None else instant_text(answer.since),
        "next": _change(answer.next),
    }


def _change(following: Change | None) -> dict[str, str] | None:
    if following is None:
        return None
    return {"verdict": following.verdict, "at": instant_text(following.at)}


def _under(opened: Any) -> dict[str, Any]:
    policy = opened.policy
    named = {"name": policy.name, "version": policy.version}
    return {"policy": named, "generation": opened.generation}


def _answered(content: dict[str, Any]) -> Response:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(text, 200, {"cache-control": "no-store"}, "application/json")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of two values of one name nobody knows which is meant."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands in it twice")
    return found


async def _json(request: Request) -> object:
    """The body, never read further than it may be long."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != "application/json":
        raise BadQuestion(415, "media-type", f"it is {media or 'of no type'}")
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise BadQuestion(413, "too-large", f"send at most {MOST_BYTES} bytes")
    try:
        return json.loads(body, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise BadQuestion(422, "invalid", f"it is not JSON: {error}") from error
