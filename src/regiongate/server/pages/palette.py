"""The colours of pictures, as a style sheet that every page shares."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import Response

from regiongate.picture.palette import stylesheet
from regiongate.server.entry.door import Anybody, Door, Needs


def _everybody(_: Needs) -> Callable[[], None]:
    return lambda: None


door = Door(_everybody, include_in_schema=False)


@door.enter("GET", "/static/palette.css", Anybody.PUBLIC)
def palette() -> Response:
    """The palette, for an hour."""
    return Response(stylesheet(), 200, {"cache-control": "max-age=3600"}, "text/css")
