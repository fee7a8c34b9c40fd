"""The issuers whose claim codes a vendor believes, each with its public key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from regiongate.domain.audit import AuditEvent, Tag
from regiongate.store.audit import AuditTrail
from regiongate.store.ledger_tables import ISSUER


@dataclass(frozen=True, slots=True)
class Issuer:
    """A name, its key (Ed25519, 32 bytes in hexadecimal), since when, and who said so."""

    name: str
    key: str
    trusted: datetime
    person: str


class Issuers:
    """The trusted issuers within one transaction. A change writes its audit event along."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._trail = AuditTrail(connection)

    def get(self, name: str) -> Issuer | None:
        """The issuer of a name; None where it is not trusted."""
        row = self._connection.execute(sa.select(ISSUER).where(ISSUER.c.name == name)).first()
        return None if row is None else Issuer(**row._mapping)

    def all(self) -> list[Issuer]:
        """All of them, by name."""
        query = sa.select(ISSUER).order_by(ISSUER.c.name)
        return [Issuer(**row._mapping) for row in self._connection.execute(query)]

    def trust(self, issuer: Issuer) -> None:
        """Believe one. The store refuses a second key of the same name."""
        row = {column.name: getattr(issuer, column.name) for column in ISSUER.columns}
        self._connection.execute(sa.insert(ISSUER).values(row))
        self._tell(Tag.ISSUER_TRUSTED, issuer, issuer.person, issuer.trusted)

    def distrust(self, issuer: Issuer, actor: str, at: datetime) -> None:
        """Believe one no longer. What was claimed before stays claimed."""
        self._connection.execute(sa.delete(ISSUER).where(ISSUER.c.name == issuer.name))
        self._tell(Tag.ISSUER_DISTRUSTED, issuer, actor, at)

    def _tell(self, tag: Tag, issuer: Issuer, actor: str, at: datetime) -> None:
        detail = {"issuer": issuer.name, "key": issuer.key}
        self._trail.write([AuditEvent(at, actor, tag, None, {**detail})])
