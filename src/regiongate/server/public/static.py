"""What public pages look like: a gateway forwards nothing but what lies below their own path."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from fastapi import Response

from regiongate.picture.palette import stylesheet
from regiongate.server.entry.door import Anybody, Door, everybody
from regiongate.server.problem import Refused
from regiongate.server.public.show import PREFIX

_KINDS = {"look.css": "text/css", "palette.css": "text/css", "icon.svg": "image/svg+xml"}


door = Door(lambda _: everybody, prefix=f"{PREFIX}/static", include_in_schema=False)


@door.enter("GET", "/{name}", Anybody.PUBLIC)
def static(name: str) -> Response:
    """A style sheet or the icon, to be kept for an hour."""
    if name not in _KINDS:
        raise Refused(404, "not-found", f"there is no {name!r} here")
    return Response(_content(name), 200, {"cache-control": "max-age=3600"}, _KINDS[name])


@cache
def _content(name: str) -> str:
    if name == "palette.css":
        return stylesheet()
    return files("regiongate.server").joinpath("static", name).read_text("utf-8")
