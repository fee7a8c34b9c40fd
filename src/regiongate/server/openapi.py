"""What the OpenAPI document says of the whole."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

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
