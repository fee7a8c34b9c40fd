"""The endpoint that is to be checked."""

from __future__ import annotations

from dataclasses import dataclass, field

from regiongate.conformance.address import origin_of
from regiongate.domain.errors import CannotRun
from regiongate.domain.offer import Speech


@dataclass(frozen=True, slots=True)
class Target:
    """Where to ask, in which dialect, and as whom."""

    base_url: str
    """As the SDK takes it: with `/v1` for OpenAI, without for Anthropic."""
    dialect: Speech
    key: str = field(repr=False)
    model: str | None = None
    """The model to ask; the first that is listed where this is None."""


def target_of(
    base_url: str, dialect: Speech, key: str | None, key_env: str, model: str | None = None
) -> Target:
    """A target; `CannotRun` where the address or the key cannot be used.

    A key with a blank or a line break would end a header and begin another.
    """
    origin_of(base_url)
    if not key:
        raise CannotRun(f"the environment variable {key_env} holds no key; set it to the key.")
    if len(key) < 4 or not key.isascii() or not key.isprintable() or " " in key:
        raise CannotRun(
            f"{key_env} does not hold a key: at least 4 characters of ASCII without blanks."
        )
    return Target(base_url, dialect, key, model)
