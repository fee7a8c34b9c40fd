"""Whom of many organizations a notice goes to, and by what they know their keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from regiongate.domain.contact import Contact
from regiongate.store.among import among
from regiongate.store.organization_tables import CONTACT, KEY, ORGANIZATION

SHORT = 16
"""Hexadecimal digits of a key's digest by which logs name it."""


@dataclass(frozen=True, slots=True)
class Correspondent:
    """An organization as one writes to it: its name, and its contacts to which mail arrives.

    `contacts` stand in the order in which to ask them, the verified first. `prefixes` are the
    public beginnings of its keys, by the first SHORT digits of their digests.
    """

    name: str
    contacts: list[Contact] = field(default_factory=list)
    prefixes: dict[str, str] = field(default_factory=dict)


def correspondents(
    connection: sa.Connection, organizations: Sequence[str]
) -> dict[str, Correspondent]:
    """Those of these organizations that are known."""
    found = {
        row[0]: Correspondent(row[1])
        for row in connection.execute(
            sa.select(ORGANIZATION.c.id, ORGANIZATION.c.name).where(
                among(connection, ORGANIZATION.c.id, organizations)
            )
        )
    }
    contacts = (
        sa.select(CONTACT.c.organization, CONTACT.c.address, CONTACT.c.language)
        .where(among(connection, CONTACT.c.organization, organizations))
        .where(CONTACT.c.bad_since.is_(None))
        .order_by(
            CONTACT.c.organization, CONTACT.c.verified.desc(), CONTACT.c.place, CONTACT.c.address
        )
    )
    for organization, address, language in connection.execute(contacts):
        found[organization].contacts.append(Contact(address, language))
    keys = sa.select(KEY.c.organization, KEY.c.digest, KEY.c.prefix).where(
        among(connection, KEY.c.organization, organizations), KEY.c.prefix.is_not(None)
    )
    for organization, digest, prefix in connection.execute(keys):
        found[organization].prefixes[digest[:SHORT]] = prefix
    return found
