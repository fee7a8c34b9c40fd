"""The chain of audit events: what is hashed, in which form, and how a head is signed.

docs/audit.md says the same for somebody who has only an export and no program of ours.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from regiongate.domain.audit import Json

START = "0" * 64
"""What the first event has before it, in place of a hash."""

SALT_BYTES = 16
"""With a salt, nobody can find out what was erased by hashing what it may have been."""

_ENCODER = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)
_EVENT = "regiongate audit event 1"
_HEAD = "regiongate audit head 1"


def canonical_json(value: Mapping[str, Json]) -> str:
    """A JSON object as one text: keys sorted by code point, no spaces, no escape without need.

    Raises ValueError for a number that JSON has no form for, and for text that is not Unicode.
    """
    text = _ENCODER.encode(value)
    text.encode()
    return text


def canonical_text(value: str | None) -> str:
    """A text as it stands in canonical JSON."""
    return _ENCODER.encode(value)


def content(actor: str, organization: str | None, detail: str) -> str:
    """What an event says, as the text that is hashed; `detail` is canonical JSON already."""
    who, whom = canonical_text(actor), canonical_text(organization)
    return f'{{"actor":{who},"detail":{detail},"organization":{whom}}}'


def digest(salt: str, said: str) -> str:
    """SHA-256 of salt and content, in hexadecimal; the salt comes in hexadecimal, 16 bytes."""
    return hashlib.sha256(bytes.fromhex(salt) + said.encode()).hexdigest()


def link(number: int, at: str, tag: str, content_digest: str, previous: str) -> str:
    """The hash of an event: SHA-256 over six lines, in hexadecimal; `at` as `instant`."""
    lines = (_EVENT, str(number), at, tag, content_digest, previous)
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Content:
    """What an event says. `salt` is in hexadecimal, `detail` canonical JSON."""

    salt: str
    actor: str
    organization: str | None
    detail: str

    @property
    def text(self) -> str:
        """What is hashed behind the salt."""
        return content(self.actor, self.organization, self.detail)


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as it stands in the trail; `at` is the text of `instant`, hashes are hexadecimal.

    `content` is None where it has been erased.
    """

    number: int
    at: str
    tag: str
    digest: str
    previous: str
    hash: str
    content: Content | None

    def hash_as(self, number: int) -> str:
        """The hash that the event has under a number."""
        return link(number, self.at, self.tag, self.digest, self.previous)


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: how many events it has, and the hash of the last (START: of none)."""

    number: int
    hash: str


def head_message(head: Head, at: str) -> bytes:
    """What is signed of a head, and of the instant at which it was the head."""
    lines = (_HEAD, str(head.number), head.hash, at)
    return "".join(f"{line}\n" for line in lines).encode()


def instant(at: datetime) -> str:
    """An instant in UTC, always of 27 characters: `2024-07-09T07:00:00.000000Z`.

    Raises ValueError where it has no time zone.
    """
    if at.utcoffset() is None:
        raise ValueError(f"{at.isoformat()} has no time zone")
    text = at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")
    return f"{text}Z"
