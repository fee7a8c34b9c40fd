"""Organizations: what the books of the provider say of them, and which contacts have gone bad."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

import sqlalchemy as sa

from regiongate.domain.audit import AuditEvent, Tag
from regiongate.domain.contact import Contact
from regiongate.domain.profile import (
    Fact,
    FactKind,
    Holding,
    Key,
    Owner,
    Profile,
    ProfileContact,
)
from regiongate.domain.role import SYSTEM
from regiongate.store.audit import AuditTrail
from regiongate.store.organization_tables import (
    CONTACT,
    FACT,
    HOLDING,
    KEY,
    ORGANIZATION,
    OWNER,
)
from regiongate.store.owners import drop_nobodys_owners
from regiongate.store.profile_rows import rows_of
from regiongate.store.take_in import TakenIn, take_in


@dataclass(frozen=True, slots=True)
class KnownContact:
    """A contact of an organization; `bad_since` and `bad_reason` are None while mail arrives."""

    contact: Contact
    verified: bool
    bad_since: datetime | None
    bad_reason: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """An organization in a list: what it is called, and how much is known of it."""

    id: str
    name: str
    plan: str | None
    contacts: int
    bad_contacts: int
    keys: int
    facts: int
    changed: datetime


class Organizations:
    """The organizations within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def put(self, profiles: Iterable[Profile], at: datetime) -> TakenIn:
        """Let these profiles, whole ones, take the place of those that are known.

        Organizations that are not among them stay. A contact that is bad stays bad. Raises
        Contradicted.
        """
        return take_in(self._connection, rows_of(profiles, dossier=True), at)

    def get(self, organization: str) -> Profile | None:
        """The profile of an organization, with the owners that its holdings lead to."""
        query = sa.select(ORGANIZATION.c.name, ORGANIZATION.c.plan)
        row = self._connection.execute(query.where(ORGANIZATION.c.id == organization)).one_or_none()
        if row is None:
            return None
        holdings, owners = self._owning(organization)
        return Profile(
            organization,
            row.name,
            row.plan,
            tuple(ProfileContact(one.contact, one.verified) for one in self.contacts(organization)),
            self._keys(organization),
            self._facts(organization),
            holdings,
            owners,
        )

    def contacts(self, organization: str) -> list[KnownContact]:
        """Whom one may write to, in the order in which they are to be asked."""
        found = self._rows(CONTACT, organization, (CONTACT.c.place, CONTACT.c.address))
        return [
            KnownContact(
                Contact(row.address, row.language),
                bool(row.verified),
                row.bad_since,
                row.bad_reason,
            )
            for row in found
        ]

    def mark_bad(self, organization: str, address: str, at: datetime, reason: str) -> bool:
        """Note that mail to a contact came back; False when it is unknown or was bad before.

        `reason` goes into the audit trail and must not hold the address; the trail names the
        contact by its place.
        """
        place = (
            sa.update(CONTACT)
            .where(CONTACT.c.organization == organization, CONTACT.c.address == address)
            .where(CONTACT.c.bad_since.is_(None))
            .values(bad_since=at, bad_reason=reason)
            .returning(CONTACT.c.place)
        )
        marked = self._connection.execute(place).scalar_one_or_none()
        if marked is None:
            return False
        detail = {"contact": marked, "reason": reason}
        event = AuditEvent(at, SYSTEM, Tag.CONTACT_BAD, organization, detail)
        AuditTrail(self._connection).write([event])
        return True

    def entries(self, after: str | None = None, most: int | None = None) -> Iterator[Entry]:
        """The organizations by id, those behind `after` only, and so many at most."""
        counts = (
            _count(CONTACT).label("contacts"),
            _count(CONTACT, CONTACT.c.bad_since.is_not(None)).label("bad_contacts"),
            _count(KEY).label("keys"),
            _count(FACT).label("facts"),
        )
        card = (ORGANIZATION.c.id, ORGANIZATION.c.name, ORGANIZATION.c.plan)
        query = sa.select(*card, *counts, ORGANIZATION.c.changed).order_by(ORGANIZATION.c.id)
        if after is not None:
            query = query.where(ORGANIZATION.c.id > after)
        rows = self._connection.execute(query.limit(most).execution_options(yield_per=10_000))
        for row in rows:
            yield Entry(**row._mapping)

    def count(self) -> int:
        """How many organizations there are."""
        query = sa.select(sa.func.count()).select_from(ORGANIZATION)
        return int(self._connection.execute(query).scalar_one())

    def keys(self) -> Iterator[tuple[str, bytes]]:
        """Every key as organization and digest, by organization and digest."""
        query = sa.select(KEY.c.organization, KEY.c.digest)
        ordered = query.order_by(KEY.c.organization, KEY.c.digest)
        for row in self._connection.execute(ordered.execution_options(yield_per=10_000)):
            yield row.organization, bytes.fromhex(row.digest)

    def holdings(self) -> Sequence[Holding]:
        """Who holds which share of whom, by the ids of owned and owner."""
        query = sa.select(HOLDING).order_by(HOLDING.c.owned, HOLDING.c.owner)
        return [_holding(row) for row in self._connection.execute(query)]

    def owners(self) -> Sequence[Owner]:
        """Those who hold shares and are no organizations, by id."""
        query = sa.select(OWNER).where(OWNER.c.organization.is_(None)).order_by(OWNER.c.id)
        return [Owner(row.id, row.name, row.country) for row in self._connection.execute(query)]

    def remove(self, organization: str) -> bool:
        """Remove a profile, and owners that own nobody else; False when there is none.

        Writes no audit event: that is for whoever knows why.
        """
        gone = sa.delete(ORGANIZATION).where(ORGANIZATION.c.id == organization)
        removed = self._connection.execute(gone).rowcount == 1
        drop_nobodys_owners(self._connection)
        return removed

    def _rows(
        self, table: sa.Table, organization: str, order: tuple[sa.ColumnElement[object], ...]
    ) -> Sequence[sa.Row[tuple[object, ...]]]:
        query = sa.select(table).where(table.c.organization == organization).order_by(*order)
        return self._connection.execute(query).all()

    def _keys(self, organization: str) -> tuple[Key, ...]:
        found = self._rows(KEY, organization, (KEY.c.digest,))
        return tuple(Key(bytes.fromhex(row.digest), row.prefix) for row in found)

    def _facts(self, organization: str) -> tuple[Fact, ...]:
        found = self._rows(FACT, organization, (FACT.c.number,))
        return tuple(
            Fact(FactKind(row.kind), row.country, row.since, row.until, row.source, row.stated)
            for row in found
        )

    def _owning(self, organization: str) -> tuple[tuple[Holding, ...], tuple[Owner, ...]]:
        """The holdings of an organization and of its owners, level by level, and these owners."""
        holdings: dict[Holding, None] = {}
        owners: dict[str, Owner] = {}
        asked = [organization]
        while asked:
            held = sa.select(HOLDING).where(HOLDING.c.owned.in_(asked))
            found = [_holding(row) for row in self._connection.execute(held)]
            holdings.update(dict.fromkeys(found))
            asked = sorted({one.owner for one in found} - owners.keys())
            named = sa.select(OWNER).where(OWNER.c.id.in_(asked), OWNER.c.organization.is_(None))
            known = self._connection.execute(named).all()
            owners.update((row.id, Owner(row.id, row.name, row.country)) for row in known)
            asked = [row.id for row in known]
        by_pair = sorted(holdings, key=lambda one: (one.owned, one.owner))
        return tuple(by_pair), tuple(owners[name] for name in sorted(owners))


def _count(table: sa.Table, *conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    query = sa.select(sa.func.count()).select_from(table)
    return query.where(table.c.organization == ORGANIZATION.c.id, *conditions).scalar_subquery()


def _holding(row: sa.Row[tuple[object, ...]]) -> Holding:
    share = Fraction(row.numerator, row.denominator)
    return Holding(row.owned, row.owner, share, row.source, row.stated)
