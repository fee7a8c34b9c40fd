"""What the store says to a gateway: the rulings in force, whose keys are whose, and what changed.

It reads the tables of cases, suspensions, exemptions, corrections and keys, and has none itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby

import sqlalchemy as sa

from regiongate.domain.audit import Tag
from regiongate.domain.case import CaseState
from regiongate.domain.organization import Organization
from regiongate.domain.ruling import Ruling, RulingKind
from regiongate.store.audit_tables import EVENT, HEAD
from regiongate.store.case_tables import CASE, STEP
from regiongate.store.exemptions import Corrections, Exemptions
from regiongate.store.organization_tables import KEY
from regiongate.store.suspension_tables import APPROVAL

_RULES = (
    Tag.CASE_SUSPENDED,
    Tag.CASE_EXEMPTED,
    Tag.CASE_LAPSED,
    Tag.CASE_RELEASED,
    Tag.EXEMPTION_GRANTED,
    Tag.EXEMPTION_ENDED,
    Tag.CORRECTION_GRANTED,
    Tag.CORRECTION_ENDED,
    Tag.ORGANIZATION_ERASED,
)
_REGISTERS = (Tag.ORGANIZATIONS_IMPORTED, Tag.ORGANIZATION_ERASED)


class Rulings:
    """What gateways ask of the store, within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def revision(self) -> int:
        """A number that grows with every change of the store that anybody is to know of."""
        return int(self._connection.execute(sa.select(HEAD.c.number)).scalar_one())

    def changed(self, since: int) -> tuple[bool, bool]:
        """Whether rulings, and whether keys, may have changed since a revision."""
        query = sa.select(EVENT.c.tag).where(EVENT.c.number > since).distinct()
        tags = set(self._connection.execute(query).scalars())
        return not tags.isdisjoint(_RULES), not tags.isdisjoint(_REGISTERS)

    def in_force(self, at: datetime) -> tuple[Ruling, ...]:
        """Every ruling that holds at an instant, sorted by kind and id."""
        found = [*self._suspensions(), *self._exemptions(at), *self._corrections(at)]
        return tuple(sorted(found, key=lambda ruling: (ruling.kind, ruling.id)))

    def registered(self) -> tuple[Organization, ...]:
        """The organizations that have keys, with these and nothing else, sorted by id."""
        query = sa.select(KEY.c.organization, KEY.c.digest)
        # Not every database sorts texts as we do.
        rows = sorted(tuple(row) for row in self._connection.execute(query))
        return tuple(
            Organization(name, keys=tuple(bytes.fromhex(digest) for _, digest in of))
            for name, of in groupby(rows, key=lambda row: str(row[0]))
        )

    def _suspensions(self) -> Iterator[Ruling]:
        """The step before a suspension is the proposal, which another person has approved."""
        last = (STEP.c["case"] == CASE.c.number) & (STEP.c.number == CASE.c.steps)
        reached = STEP.c.after == CaseState.SUSPENDED.value
        approved = (APPROVAL.c["case"] == CASE.c.number) & (APPROVAL.c.step == STEP.c.previous)
        columns = (CASE.c.number, CASE.c.organization, STEP.c.reason)
        query = (
            sa.select(*columns, APPROVAL.c.approved_by)
            .join_from(CASE, STEP, last)
            .join(APPROVAL, approved)
            # What no step has led to was written past the schema, and is not believed.
            .where(CASE.c.state == CaseState.SUSPENDED.value, reached)
        )
        for row in self._connection.execute(query):
            yield Ruling(
                RulingKind.SUSPENSION,
                str(row.number),
                row.reason,
                row.approved_by,
                organization=row.organization,
            )

    def _exemptions(self, at: datetime) -> Iterator[Ruling]:
        for one in Exemptions(self._connection).in_force(at):
            yield Ruling(
                RulingKind.EXEMPTION,
                one.id,
                one.reason,
                one.approver,
                _end(one.expires, one.ended),
                one.organization,
                one.key,
                one.network,
                appeal=one.appeal,
            )

    def _corrections(self, at: datetime) -> Iterator[Ruling]:
        for one in Corrections(self._connection).in_force(at):
            yield Ruling(
                RulingKind.CORRECTION,
                one.id,
                one.reason,
                one.approver,
                _end(one.expires, one.ended),
                network=one.network,
                region=one.region,
                appeal=one.appeal,
            )


def _end(expires: datetime | None, ended: datetime | None) -> datetime | None:
    """When it says nothing any more: by its time, or because somebody has ended it."""
    ends = [end for end in (expires, ended) if end is not None]
    return min(ends).astimezone(UTC).replace(microsecond=0) if ends else None
