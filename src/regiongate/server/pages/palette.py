"""The colours of pictures, as a style sheet that every page shares."""

from __future__ import annotations

from fastapi import Response

from regiongate.picture.palette import stylesheet
from regiongate.server.entry.door import Anybody, Door, everybody

door = Door(lambda _: everybody, include_in_schema=False)


@door.enter("GET", "/static/palette.css", Anybody.PUBLIC)
def palette() -> Response:
    """The palette, for an hour."""
    return Response(stylesheet(), 200, {"cache-control": "max-age=3600"}, "text/css")
