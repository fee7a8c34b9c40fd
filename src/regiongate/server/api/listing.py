"""A list over HTTP, a page at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Query, Response
from pydantic import BaseModel, Field

from regiongate.domain.errors import CannotRun
from regiongate.server.api.answer import answer
from regiongate.server.problem import Refused
from regiongate.store.paging import MOST, Asked, Page

T = TypeVar("T")
R = TypeVar("R")


class Listing(BaseModel, Generic[R]):
    """A page of a list."""

    rows: list[R]
    next: str | None = Field(
        description="The `cursor` of the page after this one; null: this is the last."
    )
    previous: str | None = Field(description="The `cursor` of the page before; null: the first.")


def _asked(
    limit: Annotated[int, Query(ge=1, le=MOST, description="Rows on a page.", examples=[100])] = 50,
    cursor: Annotated[
        str | None,
        Query(max_length=4096, description="`next` or `previous` of another page of this list."),
    ] = None,
) -> Asked:
    return Asked(limit, cursor)


TheAsked = Annotated[Asked, Depends(_asked)]


def listing(
    asked: Asked, find: Callable[[Asked], Page[T]], record: Callable[[T], object] = lambda one: one
) -> Response:
    """The page that was asked for. Raises Refused for a cursor that is of another list."""
    try:
        found = find(asked)
    except CannotRun as error:
        if asked.cursor is None:
            raise
        raise Refused(422, "invalid", str(error)) from error
    rows = [record(one) for one in found.rows]
    return answer({"rows": rows, "next": found.next_cursor, "previous": found.previous_cursor})
