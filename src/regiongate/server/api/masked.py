"""Mail addresses as the API says them to whoever did not ask for them in full."""

from __future__ import annotations


def masked(address: str | None) -> str | None:
    """The first letter and the domain: `a…@example.com`."""
    if address is None:
        return None
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"
