"""Mail addresses as they may be shown to anybody who looks over a shoulder."""

from __future__ import annotations


def masked(address: str) -> str:
    """The first letter and the domain: `a…@example.com`."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"
