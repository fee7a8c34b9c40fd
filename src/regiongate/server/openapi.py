"""What the OpenAPI document says of the whole."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from fastapi import FastAPI

from regiongate.server.problem import MEDIA_TYPE, ProblemBody

_DESCRIPTION = """Everything that the command line does, over HTTP.

Send a token of `regiongate token issue` as `Authorization: Bearer rg_…`. It acts in the name of a
person, within a role; docs/endpoints.md says what each role may do.

Lists have pages: follow `next` until it is null. A change takes an `Idempotency-Key`: sent once
more with the same key, it is answered once more and done once. A change of something that others
may have changed takes its `ETag` as `If-Match`. Errors are problems (RFC 9457).
"""


def described() -> dict[str, Any]:
    """Title, description and version, as FastAPI takes them."""
    return {
        "title": "regiongate",
        "summary": "Restricts an API to the regions its provider supports.",
        "description": _DESCRIPTION,
        "version": version("regiongate"),
        "license_info": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    }


class Documented(FastAPI):
    """An application whose document says of errors what is answered, which FastAPI does not."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document: made once, at the first question."""
        if self.openapi_schema is None:
            self.openapi_schema = _with_problems(super().openapi())
        return self.openapi_schema


_OWN_OF_FASTAPI = ("HTTPValidationError", "ValidationError")
_PROBLEM = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemBody"}}}
_WAIT = {
    "Retry-After": {"description": "For so many seconds.", "schema": {"type": "integer"}},
}


def _with_problems(document: dict[str, Any]) -> dict[str, Any]:
    schemas = document["components"]["schemas"]
    for name in _OWN_OF_FASTAPI:
        schemas.pop(name, None)
    schemas["ProblemBody"] = ProblemBody.model_json_schema()
    operations = [one for path in document["paths"].values() for one in path.values()]
    for responses in (one["responses"] for one in operations):
        if "422" in responses:
            responses["422"]["content"] = _PROBLEM
        if "429" in responses:
            responses["429"]["headers"] = _WAIT
    return document
