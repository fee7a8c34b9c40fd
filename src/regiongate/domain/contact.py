"""A contact: whom of an organization one may write to."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
MAIL_ADDRESS = re.compile(
    rf"(?=[^@]{{1,64}}@.{{1,189}}$){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*"
)
"""A mail address that every server takes: dot-atoms on both sides (RFC 5321, ASCII)."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom a notice goes to: a mail address, and a language (BCP 47, such as `zh-CN`)."""

    address: str
    language: str

    def __post_init__(self) -> None:
        """An address goes into the conversation with a server as it stands here."""
        if not MAIL_ADDRESS.fullmatch(self.address):
            raise ValueError(f"{self.address!r} is not a mail address that every server takes")


def masked(address: str) -> str:
    """A mail address as anybody may see it: its first letter and the domain, `a…@example.com`."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"
