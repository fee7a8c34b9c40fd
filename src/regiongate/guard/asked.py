"""A request as the guard must know it, whatever protocol it came by."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

Values = Callable[[str], list[bytes]]
"""The values of a header, in the order in which they came; its name is in lower case."""


class Asked(NamedTuple):
    """Who asks, for what, with which headers.

    `peer` is the address of the connection, None where it has none (a Unix socket). `path` comes
    without its query. `request_id` is the id that somebody who may say it has given.
    """

    peer: str | None
    path: str
    headers: Values
    query: str = ""
    request_id: str | None = None
