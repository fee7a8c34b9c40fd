"""The questions of `/v1/check`, read from JSON: every mistake at once, each with its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regiongate.domain.address import BadAddress, canonical
from regiongate.guard.check.problem import BadQuestion

MOST_ADDRESSES = 10_000
_LONGEST_TEXT = 2048
_ONE = ("address", "organization", "path", "at")
_MANY = ("addresses", "organizations", "at")


@dataclass(frozen=True, slots=True)
class Question:
    """What an address gets, `at` an instant (UTC) or now."""

    address: str
    organization: str | None
    path: str | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Questions:
    """The same of many addresses at one instant; `organizations` are as many, or none are given."""

    addresses: list[str]
    organizations: list[str | None] | None
    at: datetime | None


def question(said: object) -> Question:
    """Read one question; raises BadQuestion."""
    reading = _Reading(said, _ONE)
    found = Question(
        address=reading.text("address") or "",
        organization=reading.text("organization"),
        path=reading.text("path"),
        at=reading.instant("at"),
    )
    if found.address:
        reading.address("address", found.address)
    elif not reading.says("address"):
        reading.wrong("address", "it is missing")
    reading.end()
    return found


def questions(said: object) -> Questions:
    """Read many; raises BadQuestion. A text among them that is no address is answered, not refused.

    So one bad row does not cost the others their answers.
    """
    reading = _Reading(said, _MANY)
    addresses = reading.texts("addresses")
    organizations = reading.texts("organizations", nullable=True)
    if addresses is None:
        reading.wrong("addresses", "it is missing")
    elif any(address is None for address in addresses):
        reading.wrong("addresses", "it holds null")
    elif organizations is not None and len(organizations) != len(addresses):
        reading.wrong("organizations", f"it has {len(organizations)}, not {len(addresses)}")
    at = reading.instant("at")
    reading.end()
    return Questions([text or "" for text in addresses or ()], organizations, at)


class _Reading:
    """One JSON object and what is wrong with it."""

    def __init__(self, said: object, names: tuple[str, ...]) -> None:
        if not isinstance(said, Mapping):
            raise BadQuestion(422, "invalid", "send a JSON object")
        self._said: Mapping[str, Any] = said
        self._wrong: list[dict[str, str]] = []
        for name in sorted(said.keys() - set(names)):
            self.wrong(str(name)[:64], f"there is no such field: {', '.join(names)}")

    def wrong(self, field: str, message: str) -> None:
        self._wrong.append({"field": field, "message": message})

    def end(self) -> None:
        if self._wrong:
            said = "; ".join(f"{row['field']}: {row['message']}" for row in self._wrong)
            raise BadQuestion(422, "invalid", said, self._wrong)

    def says(self, field: str) -> bool:
        return self._said.get(field) is not None

    def text(self, field: str) -> str | None:
        found = self._said.get(field)
        if found is None or (isinstance(found, str) and 0 < len(found) <= _LONGEST_TEXT):
            return found
        self.wrong(field, f"it is no text of 1 to {_LONGEST_TEXT} characters")
        return None

    def texts(self, field: str, *, nullable: bool = False) -> list[str | None] | None:
        found = self._said.get(field)
        if found is None:
            return None
        if not isinstance(found, list) or not all(
            isinstance(text, str) or (nullable and text is None) for text in found
        ):
            self.wrong(field, "it is no list of texts")
            return []
        if len(found) > MOST_ADDRESSES:
            said = f"{field} has {len(found)} rows: at most {MOST_ADDRESSES} at once"
            raise BadQuestion(413, "too-large", said)
        return found

    def instant(self, field: str) -> datetime | None:
        text = self.text(field)
        if text is None:
            return None
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            self.wrong(field, "it is no instant: write 2024-07-09T07:00:00Z")
            return None
        if found.utcoffset() is None:
            self.wrong(field, "it has no time zone: write 2024-07-09T07:00:00Z")
            return None
        return found

    def address(self, field: str, text: str) -> None:
        try:
            canonical(text)
        except BadAddress as error:
            self.wrong(field, str(error))
