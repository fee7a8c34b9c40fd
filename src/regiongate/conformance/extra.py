"""The SDKs are an extra: who only reads plans does not need them."""

from __future__ import annotations

from importlib.util import find_spec

from regiongate.domain.errors import CannotRun

NEEDED = ("openai", "anthropic", "httpx2")


def require() -> None:
    """`CannotRun` with the remedy where the extra `switching` is not installed."""
    absent = [name for name in NEEDED if find_spec(name) is None]
    if absent:
        raise CannotRun(
            f"the check asks with the official SDKs, and {', '.join(absent)} is not installed; "
            "install them with: pip install 'regiongate[switching]'"
        )
