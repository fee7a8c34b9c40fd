"""Answers that no decision stands behind: the fault lies with the provider, not with the client."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of them, always told as RFC 9457 has it, whatever dialect the policy speaks."""

    status: int
    code: str
    title: str

    def body(self, request_id: str) -> Mapping[str, str | int]:
        """What the client reads."""
        return {
            "type": f"urn:regiongate:refusal:{self.code}",
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "request_id": request_id,
        }


UNREADABLE = Fault(
    400,
    "unreadable_forwarded_for",
    "A proxy in front of this API passed on a client address that cannot be read",
)
UNDECIDED = Fault(500, "undecided", "The gateway could not decide about this request")
NOT_ROUTED = Fault(
    421,
    "self_check_not_routed",
    "The proxy must send the path of the self-check to the check service itself",
)
"""A proxy asked whether a self-check passes, and could not hand on its answer."""
