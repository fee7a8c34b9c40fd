"""`/v1/files`: counts and hashes an upload of any size, and keeps it where it is small."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field
from email.message import Message
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from regiongate.sample.errors import ApiError, as_json, speaks_anthropic
from regiongate.sample.multipart import LONGEST_FIELD, Form, Malformed, Part
from regiongate.sample.stored import LONGEST_KEPT, Stored, forget, keep, look_up

if TYPE_CHECKING:
    from hashlib import _Hash


@dataclass(slots=True)
class Receipt:
    """What is known of an upload so far; the bytes of a long one are forgotten."""

    filename: str = "upload"
    purpose: str = "user_data"
    kind: str = "application/octet-stream"
    size: int = 0
    content: bytearray = field(default_factory=bytearray)
    sha256: "_Hash" = field(default_factory=hashlib.sha256)

    async def swallow(self, pieces: AsyncIterator[bytes]) -> None:
        """Count and hash the file as it arrives."""
        async for piece in pieces:
            self.size += len(piece)
            self.sha256.update(piece)
            if self.size <= LONGEST_KEPT:
                self.content += piece
            else:
                self.content.clear()

    def stored(self) -> Stored:
        """The file once it is whole."""
        kept = bytes(self.content) if self.size <= LONGEST_KEPT else None
        digest = self.sha256.hexdigest()
        return Stored(digest, self.size, self.filename, self.purpose, self.kind, kept)


async def upload(request: Request) -> Response:
    """Take a file, as a form (the SDKs) or as the bare body (curl --data-binary)."""
    declared = Message()
    declared["content-type"] = request.headers.get("content-type", "application/octet-stream")
    receipt = Receipt()
    async with aclosing(request.stream()) as stream:
        if declared.get_content_type() == "multipart/form-data":
            await _read_form(stream, str(declared.get_param("boundary", "")), receipt)
        else:
            await receipt.swallow(stream)
    stored = receipt.stored()
    keep(request, stored)
    return _described(request, stored)


async def one(request: Request) -> Response:
    """What is known of a file."""
    return _described(request, look_up(request, request.path_params["id"]))


async def content(request: Request) -> Response:
    """A file as it came; Anthropic hands back only what it made itself, and that is nothing."""
    stored = look_up(request, request.path_params["id"])
    if speaks_anthropic(request):
        raise ApiError("A file that was uploaded cannot be downloaded.")
    return Response(stored.whole(), media_type="application/octet-stream")


async def delete(request: Request) -> Response:
    """Forget a file."""
    name = request.path_params["id"]
    forget(request, name)
    if speaks_anthropic(request):
        return as_json({"id": name, "type": "file_deleted"})
    return as_json({"id": name, "object": "file", "deleted": True})


def _described(request: Request, stored: Stored) -> Response:
    return as_json(stored.anthropic() if speaks_anthropic(request) else stored.openai())


async def _read_form(stream: AsyncIterator[bytes], boundary: str, receipt: Receipt) -> None:
    found = False
    try:
        async for part in Form(stream, boundary).parts():
            if part.name == "file":
                found = True
                receipt.filename = part.filename or receipt.filename
                receipt.kind = part.kind or receipt.kind
                await receipt.swallow(part.pieces)
            elif part.name == "purpose":
                receipt.purpose = await _short_text(part)
    except Malformed as error:
        raise ApiError(f"The form cannot be read: {error}.") from error
    if not found:
        raise ApiError(
            "Missing required parameter: 'file'.", param="file", code="missing_required_parameter"
        )


async def _short_text(part: Part) -> str:
    text = bytearray()
    async for piece in part.pieces:
        text += piece
        if len(text) > LONGEST_FIELD:
            raise Malformed(f"field '{part.name}' is longer than {LONGEST_FIELD} bytes")
    return text.decode("utf-8", "replace")
