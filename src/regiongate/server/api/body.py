"""The body of a request: what it says under a name that nobody knows is not passed over."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Body(BaseModel):
    """What a client sends. A name it does not have is an error.

    It may be a misspelt one, or `dry_run`, which is asked for in the query: whoever rehearses must
    not send letters.
    """

    model_config = ConfigDict(extra="forbid")
