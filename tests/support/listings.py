"""Lists that come page by page, leafed through to their end and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from regiongate.store.paging import Asked, Page

T = TypeVar("T")


def leafed(ask: Callable[[Asked], Page[T]], size: int = 2) -> list[T]:
    """All rows of a list, after going through its pages to the end, back, and comparing."""
    pages = [ask(Asked(size))]
    while (cursor := pages[-1].next_cursor) is not None:
        pages.append(ask(Asked(size, cursor)))
    there = [row for page in pages for row in page.rows]
    back = [pages[-1]]
    while (cursor := back[-1].previous_cursor) is not None:
        back.append(ask(Asked(size, cursor)))
    assert [row for page in back[::-1] for row in page.rows] == there
    assert pages[0].previous_cursor is None
    assert all(len(page.rows) == size for page in pages[:-1])
    return there
