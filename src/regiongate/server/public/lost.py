"""What lies below the path of the public pages and is none of them."""

from __future__ import annotations

from fastapi import Response

from regiongate.server.entry.door import Anybody, Door
from regiongate.server.problem import Refused
from regiongate.server.public.show import PREFIX, by_rate
from regiongate.server.public.sorry import PublicRoute

door = Door(by_rate, prefix=PREFIX, route_class=PublicRoute, include_in_schema=False)


@door.enter("GET", "/{rest:path}", Anybody.PUBLIC)
def lost(rest: str) -> Response:
    """Say so in words. This door comes after the others: it takes what they leave."""
    raise Refused(404, "not-found", f"there is no page {rest!r}")
