"""What a refused client reads: one code and one sentence for each ground, in each dialect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from regiongate.domain.policy import Dialect
from regiongate.domain.verdict import Decision, PlaceClass, Verdict

SELF_CHECK_PATH = "/.well-known/region-access"
"""Answers "what do you see?" whatever the verdict (a well-known URI, RFC 8615)."""

SITE_PATH = "/region-access/"
"""The public pages lie below it: a gateway that knows their site leads there, whoever asks."""


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
ANONYMIZERS: Mapping[str, Ground] = {
    kind: Ground("anonymizer_not_supported", f"Access {how} is not supported")
    for kind, how in (
        ("tor", "through Tor"),
        ("vpn", "through a VPN"),
        ("proxy", "through a public proxy"),
        ("hosting", "from a hosting network"),
    )
}
"""The ground of each kind of anonymizer: they share a code, for a client does the same for each."""

NETWORK = Ground("network_not_supported", "Access from this network is not supported")
SUSPENDED = Ground("organization_suspended", "Access of this organization is suspended")

GROUNDS = (REGION, UNKNOWN, *ANONYMIZERS.values(), NETWORK, SUSPENDED)


def ground_of(decision: Decision) -> Ground:
    """The ground of a decision, as a refusal, a warning and a self-check name it."""
    if decision.would is Verdict.SUSPENDED:
        return SUSPENDED
    if decision.rule.startswith("network:") and " " not in decision.rule:
        return NETWORK
    if decision.rule.startswith("anonymizer:"):
        return ANONYMIZERS[decision.rule.removeprefix("anonymizer:")]
    if decision.place_class in (PlaceClass.UNSUPPORTED, PlaceClass.SUPPORTED):
        return REGION
    return UNKNOWN


def moving_helps(decision: Decision) -> bool:
    """Whether a call would fare better from another place: its region, or none, is the ground."""
    warned = decision.would in (Verdict.WARN, Verdict.BLOCK)
    return warned and ground_of(decision) in (REGION, UNKNOWN)


@dataclass(frozen=True, slots=True)
class Particulars:
    """What every refusal says beside its ground. A proxy fills in its own placeholders.

    `cloud` are the words for the cloud that the address is in, `advice` what to do about it.
    """

    code: str
    message: str
    country: str | None
    region: str | None
    cloud: str | None
    advice: str | None
    request_id: str
    policy: str
    version: str
    since: str | None
    self_check: str
    appeal: str


def body(dialect: Dialect, status: int, what: Particulars) -> dict[str, Any]:
    """The refusal as a JSON object.

    openai: the error object of the OpenAI API, whose SDKs raise PermissionDeniedError for it.
    anthropic: the error object of the Anthropic API. problem: RFC 9457.
    """
    shared = {
        "country": what.country,
        "region": what.region,
        "cloud": what.cloud,
        "advice": what.advice,
        "request_id": what.request_id,
        "policy": {"name": what.policy, "version": what.version},
        "since": what.since,
        "self_check": what.self_check,
        "appeal": what.appeal,
    }
    if dialect is Dialect.OPENAI:
        error = {"code": what.code, "message": what.message, "param": None}
        return {"error": {**error, "type": "request_forbidden", **shared}}
    if dialect is Dialect.ANTHROPIC:
        error = {"type": "forbidden", "message": "Request not allowed", "code": what.code}
        said = {**error, "detail": what.message, **shared}
        return {"type": "error", "error": said, "request_id": what.request_id}
    title = {"type": f"urn:regiongate:refusal:{what.code}", "title": what.message}
    return {**title, "status": status, "code": what.code, **shared}
