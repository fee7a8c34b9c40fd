"""The bodies of refusals and of the self-check, chosen by the header that the deciding leaf set.

The words come from that leaf too, so a new policy changes them without touching the listener. Only
the advice to a call from a cloud stands here: a leaf does not know which cloud it will be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from regiongate.compiler.envoy import condition, forwarding, names
from regiongate.compiler.envoy.typed import Config
from regiongate.domain.facts import EDGE, advice
from regiongate.domain.fault import UNDECIDED, UNREADABLE
from regiongate.domain.policy import Dialect
from regiongate.domain.refusal import SELF_CHECK_PATH, Particulars, body

STATUSES = (403, 451)

_JSON = "application/json"
_PROBLEM = "application/problem+json"

Body = Callable[[str | None], dict[str, Any]]
"""Makes a body with some advice in it, or none."""


def local_replies() -> Config:
    """Mappers for each dialect and status, and for the self-check with and without a change."""
    refusals = [
        mapper
        for dialect in Dialect
        for status in STATUSES
        for mapper in _mappers(
            f"{dialect}-{status}", status, _refusal(dialect, status), _media(dialect)
        )
    ]
    return {
        "mappers": [
            *_mappers(names.SELF_CHECK_NEXT, 200, _self_check(_next()), _JSON),
            *_mappers(names.SELF_CHECK_FINAL, 200, _self_check(None), _JSON),
            _mapper(_answer({"exact": forwarding.ANSWER}), 400, _unreadable(), _PROBLEM),
            *refusals,
            _undecided(),
        ]
    }


def _mappers(answer: str, status: int, make: Body, media: str) -> Iterator[Config]:
    """The body of one answer: with advice where moving the call helps and a cloud is known.

    Whatever the leaf said of moving, the last mapper takes the answer.
    """
    movable, cloud = _answer({"exact": answer + names.MOVABLE}), names.request(names.CLOUD)
    edge = condition.header(names.CLOUD, string_match={"prefix": EDGE})
    yield _mapper(condition.every(movable, edge), status, make(advice(cloud, edge=True)), media)
    known = condition.header(names.CLOUD, present_match=True)
    yield _mapper(condition.every(movable, known), status, make(advice(cloud, edge=False)), media)
    yield _mapper(_answer({"prefix": answer}), status, make(None), media)


def _answer(match: dict[str, str]) -> Config:
    return condition.header(names.ANSWER, string_match=match)


def _mapper(which: Config, status: int, content: dict[str, Any], media: str) -> Config:
    return {
        "filter": which,
        "status_code": status,
        "body_format_override": {"json_format": content, "content_type": media},
        "headers_to_add": [{"header": {"key": "cache-control", "value": "no-store"}}],
    }


def _undecided() -> Config:
    """The one refusal that no decision stands behind: the fault is ours, so it is a 500."""
    unjudged = condition.header(names.VERDICT, present_match=True, invert_match=True)
    return {
        "filter": condition.every(unjudged, condition.status("EQ", 403)),
        "status_code": UNDECIDED.status,
        "body_format_override": {
            "json_format": UNDECIDED.body(names.request("x-request-id")),
            "content_type": _PROBLEM,
        },
    }


def _media(dialect: Dialect) -> str:
    return _PROBLEM if dialect is Dialect.PROBLEM else _JSON


def _unreadable() -> dict[str, Any]:
    """The fault lies with a proxy of the provider, not with the client: always RFC 9457."""
    return dict(UNREADABLE.body(names.request("x-request-id")))


def _refusal(dialect: Dialect, status: int) -> Body:
    return lambda said: body(dialect, status, _particulars(said))


def _particulars(said: str | None) -> Particulars:
    return Particulars(
        code=names.request(names.CODE),
        message=names.request(names.MESSAGE),
        country=names.request(names.COUNTRY),
        region=names.request(names.REGION),
        cloud=names.request(names.CLOUD),
        advice=said,
        request_id=names.request("x-request-id"),
        policy=names.request(names.POLICY),
        version=names.request(names.VERSION),
        since=names.request(names.SINCE),
        self_check=SELF_CHECK_PATH,
        appeal=names.request(names.APPEAL),
    )


def _next() -> dict[str, Any]:
    return {"verdict": names.request(names.NEXT_VERDICT), "at": names.request(names.NEXT_AT)}


def _self_check(following: dict[str, Any] | None) -> Body:
    return lambda said: {
        "address": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
        "country": names.request(names.COUNTRY),
        "region": names.request(names.REGION),
        "cloud": names.request(names.CLOUD),
        "advice": said,
        "class": names.request(names.CLASS),
        "verdict": names.request(names.VERDICT),
        "rule": names.request(names.RULE),
        "policy": {"name": names.request(names.POLICY), "version": names.request(names.VERSION)},
        "generation": names.request(names.GENERATION),
        "next": following,
    }
