"""A public page: in the language of its reader, in the name of the API, and not too often."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from fastapi import Request, Response

from regiongate.domain.refusal import SITE_PATH
from regiongate.server.entry.client import client_of
from regiongate.server.entry.door import Admission, Needs
from regiongate.server.entry.guesses import too_many
from regiongate.server.house import House, house_of
from regiongate.server.pages.render import render
from regiongate.server.public.language import NAMES, Words, language_of
from regiongate.server.public.written import Written

PREFIX = SITE_PATH.rstrip("/")
"""The path below which the gateway forwards the public pages, whatever its verdict."""


def by_rate(_: Needs) -> Admission:
    """Lets in everybody, as often as one network may ask."""
    return _admitted


async def _admitted(request: Request) -> None:
    house = house_of(request)
    wait = house.limiter.take("page", client_of(request, house), time.monotonic())
    if wait is not None:
        raise too_many(wait)


def show(
    request: Request,
    house: House,
    template: str,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **context: Any,
) -> Response:
    """The page that a template makes.

    It also knows `words`, `say` (how facts are written), `languages`, `api`, `contact` and `token`.
    """
    policy = house.policy()
    language = language_of(request)
    say = Written(language, policy.measure.time_zone)
    context.setdefault("token", None)
    return render(
        request,
        f"public/{template}",
        status,
        headers,
        words=Words(language),
        say=say,
        languages=NAMES,
        api=policy.name if policy.cases is None else policy.cases.api,
        contact=say.contact(policy.contact),
        **context,
    )
