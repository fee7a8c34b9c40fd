"""A file that was uploaded, and how each API speaks of it."""

import hashlib
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from regiongate.sample.errors import ApiError
from regiongate.sample.reply import BORN, born_at

LONGEST_KEPT = 1024 * 1024
"""Bytes of a file that is kept; of a longer one only the size and the hash are known."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A file."""

    sha256: str
    size: int
    name: str
    purpose: str
    kind: str
    """Its media type, as the caller said."""
    content: bytes | None
    """None where it is longer than what is kept."""

    @staticmethod
    def of(content: bytes, name: str, purpose: str, kind: str) -> "Stored":
        """A file of the sample's own."""
        digest = hashlib.sha256(content).hexdigest()
        return Stored(digest, len(content), name, purpose, kind, content)

    @property
    def openai_id(self) -> str:
        """The id as OpenAI writes one; Anthropic has another hyphen."""
        return f"file-{self.sha256[:24]}"

    def whole(self) -> bytes:
        """All of it, or an `ApiError`."""
        if self.content is None:
            raise ApiError(f"The file is longer than {LONGEST_KEPT} bytes and was not kept.")
        return self.content

    def openai(self) -> dict[str, Any]:
        """This file as OpenAI describes one, and its hash."""
        return {
            "id": self.openai_id,
            "object": "file",
            "bytes": self.size,
            "created_at": BORN,
            "filename": self.name,
            "purpose": self.purpose,
            "status": "processed",
            "sha256": self.sha256,
        }

    def anthropic(self) -> dict[str, Any]:
        """This file as Anthropic describes one, and its hash."""
        return {
            "id": f"file_{self.sha256[:24]}",
            "type": "file",
            "filename": self.name,
            "mime_type": self.kind,
            "size_bytes": self.size,
            "created_at": born_at(),
            "downloadable": False,
            "sha256": self.sha256,
        }


def keep(request: Request, stored: Stored) -> None:
    """Put a file on the shelf."""
    request.app.state.shelf.put(stored.openai_id, stored)


def look_up(request: Request, name: str) -> Stored:
    """The file of an id, which either API may have written; `ApiError` where there is none."""
    stored: Stored = request.app.state.shelf.find(_shelved(name), Stored)
    return stored


def forget(request: Request, name: str) -> None:
    """Take a file from the shelf; `ApiError` where there is none."""
    request.app.state.shelf.drop(_shelved(name), Stored)


def _shelved(name: str) -> str:
    return f"file-{name[5:]}" if name.startswith("file_") else name
