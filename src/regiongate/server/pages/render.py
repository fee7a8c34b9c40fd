"""A template becomes a page. Everything that a template shows is escaped."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import DictLoader, Environment, PackageLoader, PrefixLoader, StrictUndefined

from regiongate.server.pages.filters import FILTERS

_PACKAGE = "regiongate.server"


def render(
    request: Request,
    template: str,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **context: Any,
) -> HTMLResponse:
    """The page that `template` (`console/cases.html`) makes of its context.

    A template also knows `caller` and `csrf`, None where nobody is logged in, and `path`.
    """
    session = getattr(request.state, "session", None)
    known = {
        "caller": None if session is None else session.caller,
        "csrf": None if session is None else session.csrf,
        "path": request.url.path,
        "now": request.app.state.house.clock(),
    }
    text = environment().get_template(template).render(**known, **context)
    return HTMLResponse(text, status, headers)


@cache
def environment() -> Environment:
    """All templates: `pages/` for what they share, `public/` and `console/` for each one's own.

    All are read at once, so that a server which is upgraded in place goes on with its own. A name
    that nobody gave is an error, never an empty place.
    """
    made = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(FILTERS)
    files = PrefixLoader(
        {
            name: PackageLoader(_PACKAGE, f"{name}/templates")
            for name in ("pages", "public", "console")
        }
    )
    made.loader = DictLoader(
        {name: files.get_source(made, name)[0] for name in files.list_templates()}
    )
    return made
