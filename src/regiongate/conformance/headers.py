"""What a candidate may learn from the headers of a request.

The SDKs add what they find in the environment: `OPENAI_ORG_ID`, `ANTHROPIC_CUSTOM_HEADERS` and
others. That is meant for the API that is left, and may hold its credentials.
"""

from __future__ import annotations

from collections.abc import Iterable

_ORDINARY = frozenset(
    {
        "accept",
        "accept-encoding",
        "anthropic-beta",
        "anthropic-version",
        "connection",
        "content-length",
        "content-type",
        "host",
        "transfer-encoding",
        "user-agent",
    }
)
_OF_THE_SDK = "x-stainless-"
"""The SDKs' words about themselves: version, language, system."""


def unwanted(headers: Iterable[tuple[str, str]], key: str) -> list[str]:
    """The names of headers that must not be sent: all but the ordinary ones and this key's."""
    return [name for name, value in headers if not _wanted(name.lower(), value, key)]


def _wanted(name: str, value: str, key: str) -> bool:
    if name == "authorization":
        return value == f"Bearer {key}"
    if name == "x-api-key":
        return value == key
    return name in _ORDINARY or name.startswith(_OF_THE_SDK)
