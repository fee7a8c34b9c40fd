"""What the form of an appeal sends: read within limits, and only from whoever has a link."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from regiongate.control.appeal.evidence import Upload
from regiongate.control.links.appeal import read_link
from regiongate.domain.appeal import MAX_FILE_BYTES
from regiongate.server.entry.client import client_of
from regiongate.server.entry.guesses import too_many
from regiongate.server.house import House, house_of
from regiongate.server.public.link import opened_link

_FILES, _FIELDS, _FIELD_BYTES = 20, 10, 256 * 1024
"""More than an appeal can have, so that too much of something is told by its name."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What was typed and chosen, as it came; `mail` is None where the field was left empty."""

    text: str
    mail: str | None
    files: tuple[Upload, ...]


async def sent_form(
    request: Request,
    house: Annotated[House, Depends(house_of)],
    token: Annotated[str, Query()] = "",
) -> Sent:
    """The form that was sent. Without a link that opens something, nothing of it is read.

    Raises BadLink, Refused for a network that sends too often, and HTTPException for what is too
    large or no form.
    """
    await run_in_threadpool(_admit, request, house, token)
    async with request.form(
        max_files=_FILES, max_fields=_FIELDS, max_part_size=_FIELD_BYTES
    ) as form:
        return Sent(_typed(form, "text"), _typed(form, "mail").strip() or None, await _files(form))


def _admit(request: Request, house: House, token: str) -> None:
    opened_link(request, house, token, read_link)
    wait = house.limiter.take("appeal", client_of(request, house), time.monotonic())
    if wait is not None:
        raise too_many(wait)


def _typed(form: FormData, name: str) -> str:
    """The one text of a field. No browser sends it twice, or as a file."""
    values = form.getlist(name)
    if len(values) > 1 or any(not isinstance(value, str) for value in values):
        raise HTTPException(422)
    return "".join(value for value in values if isinstance(value, str))


async def _files(form: FormData) -> tuple[Upload, ...]:
    """The chosen files; of one that is too large, so much that it is seen to be."""
    found = []
    for value in form.getlist("files"):
        if not isinstance(value, UploadFile):
            raise HTTPException(422)
        content = await value.read(MAX_FILE_BYTES + 1)
        if value.filename or content:  # A field without a file comes as one without a name.
            found.append(Upload(value.filename or "", content))
    return tuple(found)
