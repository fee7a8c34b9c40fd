"""`POST /v1/files`: counts and hashes an upload of any size without keeping it."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field
from email.message import Message
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from regiongate.sample.errors import ApiError, as_json
from regiongate.sample.multipart import LONGEST_FIELD, Form, Malformed, Part
from regiongate.sample.reply import BORN

if TYPE_CHECKING:
    from hashlib import _Hash


@dataclass(slots=True)
class Receipt:
    """What is known of an upload so far; the bytes themselves are forgotten."""

    filename: str = "upload"
    purpose: str = "user_data"
    size: int = 0
    sha256: "_Hash" = field(default_factory=hashlib.sha256)

    async def swallow(self, pieces: AsyncIterator[bytes]) -> None:
        """Count and hash the file as it arrives."""
        async for piece in pieces:
            self.size += len(piece)
            self.sha256.update(piece)


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
    digest = receipt.sha256.hexdigest()
    described = {
        "id": f"file-{digest[:24]}",
        "object": "file",
        "bytes": receipt.size,
        "created_at": BORN,
        "filename": receipt.filename,
        "purpose": receipt.purpose,
        "status": "processed",
        "sha256": digest,
    }
    return as_json(described)


async def _read_form(stream: AsyncIterator[bytes], boundary: str, receipt: Receipt) -> None:
    found = False
    try:
        async for part in Form(stream, boundary).parts():
            if part.name == "file":
                found = True
                receipt.filename = part.filename or receipt.filename
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
