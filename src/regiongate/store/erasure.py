"""What is kept of one organization, all over the store, and how it goes."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from regiongate.store.answers import Answers
from regiongate.store.appeals import APPEAL, Appeals
from regiongate.store.audit import AuditTrail
from regiongate.store.audit_tables import CONTENT
from regiongate.store.case_tables import CASE, STEP
from regiongate.store.demands import DEMAND, Demands
from regiongate.store.exemptions import EXEMPTION, Exemptions
from regiongate.store.notice_tables import NOTICE
from regiongate.store.organization_tables import ORGANIZATION
from regiongate.store.organizations import Organizations
from regiongate.store.sightings import SIGHTING, Sightings


class Erasure:
    """The erasure of one organization within a transaction."""

    def __init__(self, connection: sa.Connection, organization: str) -> None:
        self._connection = connection
        self._organization = organization

    def kept(self) -> Mapping[str, int]:
        """How many rows of each kind there are."""
        mine = {
            "profiles": ORGANIZATION.c.id == self._organization,
            "sightings": SIGHTING.c.organization == self._organization,
            "demands": DEMAND.c.organization == self._organization,
            "cases": CASE.c.organization == self._organization,
            "notices": NOTICE.c.organization == self._organization,
            "appeals": APPEAL.c.case.in_(self._cases()),
            "exemptions": EXEMPTION.c.holder == self._organization,
            "events": CONTENT.c.organization == self._organization,
        }
        return {kind: self._count(condition) for kind, condition in mine.items()}

    def name(self) -> str | None:
        """What the books call it; None where they do not know it."""
        query = sa.select(ORGANIZATION.c.name).where(ORGANIZATION.c.id == self._organization)
        return self._connection.execute(query).scalar()

    def remove(self) -> list[int]:
        """Remove all of it; the numbers of the audit events whose contents are gone, sorted.

        What refers to something goes before it. Notes and notices, with their exact bytes, go
        with their case; proposals and evidence with the steps that they belong to; contacts,
        keys, facts and holdings with the profile.
        """
        cases = list(self._connection.execute(self._cases()).scalars())
        Appeals(self._connection).forget(self._organization)
        Exemptions(self._connection).forget(self._organization)
        self._delete(CASE, CASE.c.number.in_(cases))
        self._delete(STEP, STEP.c["case"].in_(cases))
        Sightings(self._connection).remove(self._organization)
        Demands(self._connection).remove(self._organization)
        Organizations(self._connection).remove(self._organization)
        # Which of them name it nobody knows: they are kept as bytes, for a day.
        Answers(self._connection).empty()
        return AuditTrail(self._connection).erase(self._organization)

    def _cases(self) -> sa.Select[tuple[int]]:
        return sa.select(CASE.c.number).where(CASE.c.organization == self._organization)

    def _count(self, condition: sa.ColumnElement[bool]) -> int:
        query = sa.select(sa.func.count()).where(condition)
        return int(self._connection.execute(query).scalar_one())

    def _delete(self, table: sa.Table, condition: sa.ColumnElement[bool]) -> None:
        self._connection.execute(sa.delete(table).where(condition))
