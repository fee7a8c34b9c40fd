"""Exemptions and corrections: each for one thing, in force once at most, ended once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from ipaddress import ip_network
from typing import Any, TypeVar

import sqlalchemy as sa

from regiongate.domain.audit import AuditEvent, Json, Tag
from regiongate.domain.errors import CannotRun
from regiongate.domain.exemption import Correction, Exemption, Scope, folded
from regiongate.store.audit import AuditTrail
from regiongate.store.organization_tables import KEY
from regiongate.store.paging import Asked, Order, Page, page
from regiongate.store.schema import METADATA, check
from regiongate.store.types import Instant

K = TypeVar("K", Exemption, Correction)
_HOLDS = sa.text("ended IS NULL")


def _rules() -> tuple[sa.Constraint, ...]:
    """What holds of everything that is granted for a time."""
    return (
        *check("reason_is_given", "length(trim(reason)) > 0 AND length(trim(approver)) > 0"),
        *check("ends_after_it_began", "expires IS NULL OR expires > granted"),
        *check(
            "ends_at_a_whole_second",
            "expires IS NULL OR expires LIKE '%.000000Z'",
            "expires IS NULL OR expires = date_trunc('second', expires)",
        ),
        *check(
            "ended_is_told_whole",
            "(ended IS NULL AND ended_by IS NULL AND ended_reason IS NULL)"
            " OR (ended >= granted AND length(trim(ended_by)) > 0"
            " AND length(trim(ended_reason)) > 0"
            " AND ended IS NOT NULL AND ended_by IS NOT NULL AND ended_reason IS NOT NULL)",
        ),
    )


def _once(table: str, column: str) -> sa.Index:
    """No two of one subject that have not ended."""
    name = f"{table}_one_each_{column}"
    return sa.Index(name, column, unique=True, sqlite_where=_HOLDS, postgresql_where=_HOLDS)


EXEMPTION = sa.Table(
    "exemption",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("scope", sa.Text, nullable=False, comment="organization, key or network"),
    sa.Column("organization", sa.Text, comment="id"),
    sa.Column("key", sa.Text, comment="SHA-256 digest in hexadecimal"),
    sa.Column("network", sa.Text, comment="in CIDR form"),
    sa.Column("holder", sa.Text, comment="id of the organization that is told of it; null: none"),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("approver", sa.Text, nullable=False, comment="a person"),
    sa.Column("granted", Instant, nullable=False),
    sa.Column("expires", Instant, comment="null: it was said that it has no end"),
    sa.Column("ended", Instant, comment="null: nobody has ended it"),
    sa.Column("ended_by", sa.Text, comment="a person, or regiongate"),
    sa.Column("ended_reason", sa.Text),
    sa.Column("appeal", sa.Text, comment="id of the appeal that it was granted in; null: none"),
    sa.UniqueConstraint("id", "appeal", name="exemption_is_of_its_appeal"),
    *check(
        "subject_is_of_its_scope",
        "(scope = 'organization' AND organization IS NOT NULL AND key IS NULL"
        " AND network IS NULL AND holder IS NOT NULL AND holder = organization)"
        " OR (scope = 'key' AND organization IS NULL AND key IS NOT NULL AND network IS NULL)"
        " OR (scope = 'network' AND organization IS NULL AND key IS NULL"
        " AND network IS NOT NULL)",
    ),
    *check("key_is_a_digest", "key IS NULL OR length(key) = 64"),
    *check("network_is_cidr", "network IS NULL OR network LIKE '%_/_%'"),
    *_rules(),
    *(_once("exemption", column) for column in ("organization", "key", "network")),
    sa.Index("exemption_holder_ix", "holder"),
    comment="What the region rules do not apply to, why, by whose word, until when",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)

CORRECTION = sa.Table(
    "correction",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("network", sa.Text, nullable=False, comment="in CIDR form"),
    sa.Column("region", sa.Text, nullable=False, comment="ISO 3166-1 or 3166-2"),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("approver", sa.Text, nullable=False, comment="a person"),
    sa.Column("granted", Instant, nullable=False),
    sa.Column("expires", Instant, comment="null: it was said that it has no end"),
    sa.Column("ended", Instant, comment="null: nobody has ended it"),
    sa.Column("ended_by", sa.Text, comment="a person, or regiongate"),
    sa.Column("ended_reason", sa.Text),
    sa.Column("appeal", sa.Text, comment="id of the appeal that it was granted in; null: none"),
    sa.UniqueConstraint("id", "appeal", name="correction_is_of_its_appeal"),
    *check("network_is_cidr", "network LIKE '%_/_%'"),
    *check("region_has_the_shape_of_a_code", "region LIKE '__' OR region LIKE '__-_%'"),
    *_rules(),
    _once("correction", "network"),
    comment="Where a network really is, why, by whose word, until when",
    sqlite_with_rowid=False,
    sqlite_strict=True,
)


_NEWEST_FIRST = Order("corrections", (CORRECTION.c.granted, CORRECTION.c.id), descending=True)


class AlreadyEnded(CannotRun):
    """Somebody else has ended it meanwhile, or it never was."""


class Exemptions:
    """The exemptions within one transaction. Every change writes its audit event along."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._trail = AuditTrail(connection)

    def grant(self, exemption: Exemption) -> None:
        """Keep a new one. Its subject has none that has not ended, or the store refuses."""
        row = _row(EXEMPTION, exemption) | {"scope": exemption.scope.value}
        row["key"] = None if exemption.key is None else exemption.key.hex()
        self._connection.execute(sa.insert(EXEMPTION).values(row))
        said = _granted(exemption) | {"scope": exemption.scope.value} | _subject(exemption)
        self._trail.write([_event(exemption, Tag.EXEMPTION_GRANTED, exemption.holder, said)])

    def end(self, exemption: Exemption, at: datetime, actor: str, reason: str) -> Exemption:
        """End one, once. Raises AlreadyEnded."""
        ended = _end(self._connection, EXEMPTION, exemption, _said(at, actor, reason))
        said: dict[str, Json] = {"exemption": ended.id, "reason": reason}
        self._trail.write([AuditEvent(at, actor, Tag.EXEMPTION_ENDED, ended.holder, said)])
        return ended

    def get(self, name: str) -> Exemption | None:
        """The exemption with an id."""
        return next(self.where(EXEMPTION.c.id == name), None)

    def lasting(self, subject: str | bytes, scope: Scope) -> Exemption | None:
        """The one of an id, a digest or a network (CIDR) that has not been ended; one at most."""
        text = subject.hex() if isinstance(subject, bytes) else subject
        return next(self.where(EXEMPTION.c[scope.value] == text, EXEMPTION.c.ended.is_(None)), None)

    def in_force(self, at: datetime) -> list[Exemption]:
        """Those that hold at an instant, in the order of their ids."""
        return list(self.where(*_in_force(EXEMPTION, at)))

    def expired(self, at: datetime) -> list[Exemption]:
        """Those whose end has come and that nobody has ended yet."""
        return list(self.where(*_expired(EXEMPTION, at)))

    def ending(self, after: datetime, until: datetime) -> list[Exemption]:
        """Those that will end after one instant and at another at the latest."""
        c = EXEMPTION.c
        return list(self.where(c.ended.is_(None), c.expires > after, c.expires <= until))

    def where(self, *conditions: sa.ColumnElement[bool]) -> Iterator[Exemption]:
        """Those for which all conditions (on EXEMPTION) hold, in the order of their ids."""
        query = sa.select(EXEMPTION).where(*conditions).order_by(EXEMPTION.c.id)
        for row in self._connection.execute(query):
            yield read_exemption(row._mapping)

    def holder_of(self, key: bytes) -> str | None:
        """The organization to which the books say that a key (digest) belongs; None: nobody's."""
        known = sa.select(KEY.c.organization).where(KEY.c.digest == key.hex())
        return self._connection.execute(known).scalar()

    def forget(self, organization: str) -> None:
        """Erase whatever was granted to an organization; their appeals must be gone before."""
        gone = sa.delete(EXEMPTION).where(EXEMPTION.c.holder == organization)
        self._connection.execute(gone)


class Corrections:
    """The corrections within one transaction. Every change writes its audit event along."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._trail = AuditTrail(connection)

    def grant(self, correction: Correction, organization: str | None = None) -> None:
        """Keep a new one, which concerns an organization or none in particular.

        Its network has none that has not ended, or the store refuses.
        """
        self._connection.execute(sa.insert(CORRECTION).values(_row(CORRECTION, correction)))
        said = _granted(correction) | {
            "network": str(folded(correction.network)),
            "region": correction.region,
        }
        self._trail.write([_event(correction, Tag.CORRECTION_GRANTED, organization, said)])

    def end(self, correction: Correction, at: datetime, actor: str, reason: str) -> Correction:
        """End one, once. Raises AlreadyEnded."""
        ended = _end(self._connection, CORRECTION, correction, _said(at, actor, reason))
        said: dict[str, Json] = {"correction": ended.id, "reason": reason}
        self._trail.write([AuditEvent(at, actor, Tag.CORRECTION_ENDED, None, said)])
        return ended

    def get(self, name: str) -> Correction | None:
        """The correction with an id."""
        return next(self.where(CORRECTION.c.id == name), None)

    def lasting(self, network: str) -> Correction | None:
        """The one of a network (CIDR) that has not been ended; one at most."""
        return next(self.where(CORRECTION.c.network == network, CORRECTION.c.ended.is_(None)), None)

    def in_force(self, at: datetime) -> list[Correction]:
        """Those that hold at an instant, in the order of their ids."""
        return list(self.where(*_in_force(CORRECTION, at)))

    def expired(self, at: datetime) -> list[Correction]:
        """Those whose end has come and that nobody has ended yet."""
        return list(self.where(*_expired(CORRECTION, at)))

    def page(self, in_force_at: datetime | None, asked: Asked) -> Page[Correction]:
        """A page of those that hold at an instant (None: of all), the newest first.

        Raises CannotRun for a cursor of another list.
        """
        query = sa.select(CORRECTION)
        if in_force_at is not None:
            query = query.where(*_in_force(CORRECTION, in_force_at))
        return page(
            self._connection, query, _NEWEST_FIRST, asked, lambda row: _correction(row._mapping)
        )

    def where(self, *conditions: sa.ColumnElement[bool]) -> Iterator[Correction]:
        """Those for which all conditions (on CORRECTION) hold, in the order of their ids."""
        query = sa.select(CORRECTION).where(*conditions).order_by(CORRECTION.c.id)
        for row in self._connection.execute(query):
            yield _correction(row._mapping)


def _correction(row: sa.RowMapping) -> Correction:
    facts: dict[str, Any] = {column.name: row[column] for column in CORRECTION.columns}
    return Correction(**facts | {"network": ip_network(facts["network"])})


def _in_force(table: sa.Table, at: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    c = table.c
    return (
        c.granted <= at,
        sa.or_(c.expires.is_(None), c.expires > at),
        sa.or_(c.ended.is_(None), c.ended > at),
    )


def _expired(table: sa.Table, at: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (table.c.ended.is_(None), table.c.expires <= at)


def _end(connection: sa.Connection, table: sa.Table, kept: K, said: dict[str, Any]) -> K:
    change = sa.update(table).where(table.c.id == kept.id, table.c.ended.is_(None)).values(said)
    if connection.execute(change).rowcount != 1:
        raise AlreadyEnded(f"{kept.id} has ended already")
    return replace(kept, **said)


def _said(at: datetime, actor: str, reason: str) -> dict[str, Any]:
    return {"ended": at, "ended_by": actor, "ended_reason": reason}


def _row(table: sa.Table, kept: Exemption | Correction) -> dict[str, Any]:
    row = {column.name: getattr(kept, column.name) for column in table.columns}
    return row | {"network": None if kept.network is None else str(kept.network)}


def read_exemption(row: Mapping[Any, Any]) -> Exemption:
    """A row of EXEMPTION as a value."""
    facts: dict[str, Any] = dict(row)
    key, network = facts["key"], facts["network"]
    return Exemption(
        **facts
        | {
            "scope": Scope(facts["scope"]),
            "key": None if key is None else bytes.fromhex(key),
            "network": None if network is None else ip_network(network),
        }
    )


def _granted(kept: Exemption | Correction) -> dict[str, Json]:
    expires = None if kept.expires is None else kept.expires.isoformat()
    named: dict[str, Json] = {"reason": kept.reason, "expires": expires}
    return named if kept.appeal is None else named | {"appeal": kept.appeal}


def _subject(exemption: Exemption) -> dict[str, Json]:
    """What the trail may say of it: no address finer than a network, and of a digest enough."""
    if exemption.network is not None:
        return {"network": str(folded(exemption.network))}
    return {} if exemption.key is None else {"key": exemption.key.hex()[:_SHOWN]}


def _event(
    kept: Exemption | Correction, tag: Tag, organization: str | None, said: dict[str, Json]
) -> AuditEvent:
    detail = {tag.value.partition(":")[0]: kept.id, **said}
    return AuditEvent(kept.granted, kept.approver, tag, organization, detail)


_SHOWN = 12
"""Digits of a digest, as many as tell keys apart."""
