"""The bodies of refusals and of the self-check, chosen by the header that the deciding leaf set.

The words come from that leaf too, so a new policy changes them without touching the listener.
"""

from __future__ import annotations

from typing import Any

from regiongate.compiler.envoy import forwarding, names
from regiongate.compiler.envoy.typed import Config
from regiongate.domain.policy import Dialect
from regiongate.domain.refusal import SELF_CHECK_PATH, Facts, body

STATUSES = (403, 451)


def local_replies() -> Config:
    """One mapper for each dialect and status, two for the self-check: with and without a change."""
    refusals = [
        _mapper(f"{dialect}-{status}", status, body(dialect, status, _facts()), _media(dialect))
        for dialect in Dialect
        for status in STATUSES
    ]
    return {
        "mappers": [
            _mapper(names.SELF_CHECK_NEXT, 200, _self_check(_next()), "application/json"),
            _mapper(names.SELF_CHECK_FINAL, 200, _self_check(None), "application/json"),
            _mapper(forwarding.ANSWER, 400, _unreadable(), "application/problem+json"),
            *refusals,
            _undecided(),
        ]
    }


def _mapper(answer: str, status: int, content: dict[str, Any], media: str) -> Config:
    header = {"name": names.ANSWER, "string_match": {"exact": answer}}
    return {
        "filter": {"header_filter": {"header": header}},
        "status_code": status,
        "body_format_override": {"json_format": content, "content_type": media},
        "headers_to_add": [{"header": {"key": "cache-control", "value": "no-store"}}],
    }


def _undecided() -> Config:
    """The one refusal that no decision stands behind: the fault is ours, so it is a 500."""
    judged = {"name": names.VERDICT, "present_match": True, "invert_match": True}
    refused = {"comparison": {"op": "EQ", "value": {"default_value": 403, "runtime_key": "none"}}}
    both = [{"header_filter": {"header": judged}}, {"status_code_filter": refused}]
    content = {
        "type": "urn:regiongate:refusal:undecided",
        "title": "The gateway could not decide about this request",
        "status": 500,
        "code": "undecided",
        "request_id": names.request("x-request-id"),
    }
    return {
        "filter": {"and_filter": {"filters": both}},
        "status_code": 500,
        "body_format_override": {
            "json_format": content,
            "content_type": "application/problem+json",
        },
    }


def _media(dialect: Dialect) -> str:
    return "application/problem+json" if dialect is Dialect.PROBLEM else "application/json"


def _unreadable() -> dict[str, Any]:
    """The fault lies with a proxy of the provider, not with the client: always RFC 9457."""
    return {
        "type": "urn:regiongate:refusal:unreadable_forwarded_for",
        "title": "A proxy in front of this API passed on a client address that cannot be read",
        "status": 400,
        "code": "unreadable_forwarded_for",
        "request_id": names.request("x-request-id"),
    }


def _facts() -> Facts:
    return Facts(
        code=names.request(names.CODE),
        message=names.request(names.MESSAGE),
        country=names.request(names.COUNTRY),
        region=names.request(names.REGION),
        request_id=names.request("x-request-id"),
        policy=names.request(names.POLICY),
        version=names.request(names.VERSION),
        since=names.request(names.SINCE),
        self_check=SELF_CHECK_PATH,
        appeal=names.request(names.APPEAL),
    )


def _next() -> dict[str, Any]:
    return {"verdict": names.request(names.NEXT_VERDICT), "at": names.request(names.NEXT_AT)}


def _self_check(following: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "address": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
        "country": names.request(names.COUNTRY),
        "region": names.request(names.REGION),
        "class": names.request(names.CLASS),
        "verdict": names.request(names.VERDICT),
        "rule": names.request(names.RULE),
        "policy": {"name": names.request(names.POLICY), "version": names.request(names.VERSION)},
        "generation": names.request(names.GENERATION),
        "next": following,
    }
