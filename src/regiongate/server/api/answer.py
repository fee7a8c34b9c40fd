"""How a value is answered: as JSON with the names of its fields, and with its version."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from fastapi import Response
from pydantic import TypeAdapter

from regiongate.server.problem import MEDIA_TYPE, Refused

_CONTENT = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemBody"}}}

PROBLEMS: dict[int | str, dict[str, Any]] = {
    code: {"description": text, "content": _CONTENT}
    for code, text in {
        400: "The request cannot be read.",
        401: "No token, or one that counts no more.",
        403: "The role of the token does not allow it.",
        404: "There is no such thing.",
        409: "It cannot be done as things stand; `detail` says why and what to do.",
        413: "Too much was sent at once.",
        422: "The request says something wrong; `problems` names each place.",
        415: "What was sent has a content type that is not taken.",
        429: "Too many requests; `Retry-After` says how long to wait.",
        500: "Something is broken here; the log of the server says what.",
    }.items()
}
"""What any endpoint may answer instead."""

CHANGED: dict[int | str, dict[str, Any]] = PROBLEMS | {
    412: {"description": "It was changed since; read it again.", "content": _CONTENT},
    428: {"description": "`If-Match` is missing.", "content": _CONTENT},
}
"""What an endpoint that changes something may answer instead."""


def answer(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A value of a dataclass or a model as JSON, instants in UTC."""
    return Response(as_json(value), status, dict(headers or {}), "application/json")


def as_json(value: object) -> bytes:
    """The JSON of a value."""
    return _adapter(type(value)).dump_json(value)


def version(value: object) -> str:
    """The ETag of a value (RFC 9110, 8.8.3): equal for equal values, and for nothing else."""
    return f'"{hashlib.sha256(as_json(value)).hexdigest()[:32]}"'


def require_version(said: str | None, value: object) -> None:
    """Raise Refused unless If-Match names the version that a value has now (RFC 9110, 13.1.1)."""
    if said is None:
        raise Refused(428, "precondition-required", "send the ETag of what you read as If-Match")
    if said.strip() != "*" and version(value) not in {one.strip() for one in said.split(",")}:
        raise Refused(412, "changed", "somebody changed it since you read it: read it again")


_ADAPTERS: dict[type, TypeAdapter[Any]] = {}


def _adapter(of: type) -> TypeAdapter[Any]:
    return _ADAPTERS.setdefault(of, TypeAdapter(of))
