"""Seen in: the unsupported regions from which the organizations of a list sent requests."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import sqlalchemy as sa

from regiongate.store.rollups import SEEN_IN


def seen_in(
    connection: sa.Connection, organizations: Collection[str]
) -> Mapping[str, tuple[str, ...]]:
    """The regions of each organization, most unsupported requests first, then by code.

    They are as in the sightings: ISO 3166-1 or 3166-2, empty where no source knew one. An
    organization without any is not in the mapping. One query finds a whole page by primary key.
    """
    c = SEEN_IN.c
    query = sa.select(c.organization, c.region, c.unsupported).where(
        c.organization.in_(sorted(organizations)), c.unsupported > 0
    )
    found: dict[str, list[tuple[int, str]]] = {}
    for organization, region, unsupported in connection.execute(query):
        found.setdefault(organization, []).append((-unsupported, region))
    return {name: tuple(region for _, region in sorted(some)) for name, some in found.items()}
