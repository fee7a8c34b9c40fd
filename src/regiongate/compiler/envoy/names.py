"""The request headers by which the filters speak to each other; the upstream gets them too."""

from __future__ import annotations

PREFIX = "x-regiongate-"
"""Every header of ours begins so; what a client sends under it is removed before anything else."""

HAND_OVER = PREFIX + "hand-over"
"""The provider in region to which a request is handed over."""

COUNTRY = PREFIX + "country"
REGION = PREFIX + "region"
PLACE = PREFIX + "place"
CLOUD = PREFIX + "cloud"

ORGANIZATION = PREFIX + "organization"
STANDING = PREFIX + "standing"
KEY = PREFIX + "key"
ORGANIZATION_TABLE = ORGANIZATION + "-table"
"""What keys.lua says of the table of key digests: `unreadable` when there is none to ask."""

CLIENT_ADDRESS = PREFIX + "client-address"
"""The settled client address; only the site gets it."""

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

MOVABLE = "-movable"
"""Ends an answer to a call that would fare better from another place, such as a cloud region."""


def request(header: str, longest: int | None = None) -> str:
    """The placeholder by which Envoy prints a request header; prints null in JSON when absent.

    Of its value no more than the `longest` bytes, where that is said.
    """
    return f"%REQ({header})%" if longest is None else f"%REQ({header}):{longest}%"


def literal(text: str) -> str:
    """A text in which Envoy shall see no placeholder."""
    return text.replace("%", "%%")
