"""Which cloud an address is in, found as fast as its verdict: every request is told it."""

from __future__ import annotations

from collections.abc import Callable

from regiongate.domain.errors import CannotRun
from regiongate.domain.facts import Cloud, Site
from regiongate.geo.column.pages import pages
from regiongate.geo.mmdb import FieldPath
from regiongate.geo.mmdb import read as read_database
from regiongate.library.find import finder as value_finder

_FIELDS = tuple(FieldPath(("cloud", name)) for name in ("provider", "region", "location", "iso"))


def finder(content: bytes, where: str) -> Callable[[str], Cloud | None]:
    """What finds the cloud of an address, by the bytes of a database of facts.

    `where` is what the message of CannotRun calls a database that is damaged.
    """
    picked = read_database(content, where).pick(*_FIELDS)
    # The last is for an address that the database does not hold, which -1 finds.
    clouds = (*(_cloud(row, where) for row in picked.rows), None)
    find = value_finder(picked.steps, pages(picked.steps))
    return lambda address: clouds[find(address)]


def _cloud(row: tuple[object, ...], where: str) -> Cloud | None:
    provider, region, location, iso = row
    if provider is None:
        return None
    if not isinstance(provider, str) or not isinstance(region, str | None):
        raise CannotRun(f"{where} is no database of facts: build the bundle again")
    site = Site(location, iso) if isinstance(location, str) and isinstance(iso, str) else None
    return Cloud(provider, region, site)
