"""What a refused client reads: one code and one sentence for each ground, in each dialect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from regiongate.domain.policy import Dialect
from regiongate.domain.verdict import Decision, PlaceClass, Verdict

SELF_CHECK_PATH = "/.well-known/region-access"
"""Answers "what do you see?" whatever the verdict (a well-known URI, RFC 8615)."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Why a request is refused: a stable machine-readable code and a sentence for people."""

    code: str
    message: str


REGION = Ground(
    # The code and the sentence that clients of the OpenAI API already handle.
    "unsupported_country_region_territory",
    "Country, region, or territory not supported",
)
UNKNOWN = Ground("unknown_location", "The location of your address could not be determined")
ANONYMIZER = Ground(
    "anonymizer_not_supported", "Access through this kind of network is not supported"
)
NETWORK = Ground("network_not_supported", "Access from this network is not supported")
SUSPENDED = Ground("organization_suspended", "Access of this organization is suspended")

GROUNDS = (REGION, UNKNOWN, ANONYMIZER, NETWORK, SUSPENDED)


def ground_of(decision: Decision) -> Ground:
    """The ground of a decision, as a refusal, a warning and a self-check name it."""
    if decision.would is Verdict.SUSPENDED:
        return SUSPENDED
    if decision.rule.startswith("network:") and " " not in decision.rule:
        return NETWORK
    if decision.place_class is PlaceClass.ANONYMIZER:
        return ANONYMIZER
    if decision.place_class in (PlaceClass.UNSUPPORTED, PlaceClass.SUPPORTED):
        return REGION
    return UNKNOWN


@dataclass(frozen=True, slots=True)
class Facts:
    """What every refusal says beside its ground. A proxy fills in its own placeholders."""

    code: str
    message: str
    country: str | None
    region: str | None
    request_id: str
    policy: str
    version: str
    since: str | None
    self_check: str
    appeal: str


def body(dialect: Dialect, status: int, facts: Facts) -> dict[str, Any]:
    """The refusal as a JSON object.

    openai: the error object of the OpenAI API, whose SDKs raise PermissionDeniedError for it.
    anthropic: the error object of the Anthropic API. problem: RFC 9457.
    """
    shared = {
        "country": facts.country,
        "region": facts.region,
        "request_id": facts.request_id,
        "policy": {"name": facts.policy, "version": facts.version},
        "since": facts.since,
        "self_check": facts.self_check,
        "appeal": facts.appeal,
    }
    if dialect is Dialect.OPENAI:
        error = {"code": facts.code, "message": facts.message, "param": None}
        return {"error": {**error, "type": "request_forbidden", **shared}}
    if dialect is Dialect.ANTHROPIC:
        error = {"type": "forbidden", "message": "Request not allowed", "code": facts.code}
        said = {**error, "detail": facts.message, **shared}
        return {"type": "error", "error": said, "request_id": facts.request_id}
    title = {"type": f"urn:regiongate:refusal:{facts.code}", "title": facts.message}
    return {**title, "status": status, "code": facts.code, **shared}
