"""The names by which the filters speak to each other: request headers, which the upstream gets too,
and the metadata in which the organization's standing travels.
"""

from __future__ import annotations

PREFIX = "x-regiongate-"
"""Every header of ours begins so; what a client sends under it is removed before anything else."""

SLOT = PREFIX + "slot"

COUNTRY = PREFIX + "country"
REGION = PREFIX + "region"
PLACE = PREFIX + "place"

ORGANIZATION = PREFIX + "organization"
KEY = PREFIX + "key"

VERDICT = PREFIX + "verdict"
WOULD = PREFIX + "would"
RULE = PREFIX + "rule"
CLASS = PREFIX + "class"
GENERATION = PREFIX + "generation"

ANSWER = PREFIX + "answer"
CODE = PREFIX + "code"
MESSAGE = PREFIX + "message"
POLICY = PREFIX + "policy"
VERSION = PREFIX + "version"
SINCE = PREFIX + "since"
APPEAL = PREFIX + "appeal"
NEXT_VERDICT = PREFIX + "next-verdict"
NEXT_AT = PREFIX + "next-at"

SELF_CHECK_NEXT = "self-check-next"
SELF_CHECK_FINAL = "self-check-final"

STANDING_PREFIX = "organization_"
STANDING_KEY = STANDING_PREFIX + "shadow_effective_policy_id"
"""Where the organization filter leaves the name of a standing, in the metadata of RBAC."""

RBAC = "envoy.filters.http.rbac"


def request(header: str) -> str:
    """The placeholder by which Envoy prints a request header; prints null in JSON when absent."""
    return f"%REQ({header})%"


def literal(text: str) -> str:
    """A text in which Envoy shall see no placeholder."""
    return text.replace("%", "%%")
