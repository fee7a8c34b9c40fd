"""The audit trail: events in a chain of hashes, their contents beside them, and the head.

A content can be erased without breaking the chain, which holds only its digest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from regiongate.domain import chain
from regiongate.domain.audit import AuditEvent
from regiongate.domain.errors import CannotRun
from regiongate.store.audit_tables import CONTENT, EVENT, HEAD
from regiongate.store.chaining import write_at_commit

_AT_A_TIME = 10_000


@dataclass(frozen=True, slots=True)
class Which:
    """Which events are asked for: all of them, or those for which everything that is said holds.

    `tags` and `actor` and `organization` are as in the event, `since` is included, `until` not.
    An event whose content has been erased has neither actor nor organization.
    """

    tags: tuple[str, ...] = ()
    actor: str | None = None
    organization: str | None = None
    since: datetime | None = None
    until: datetime | None = None


EVERYTHING = Which()


class AuditTrail:
    """The audit trail within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def write(self, events: Iterable[AuditEvent]) -> None:
        """Add events to the trail, in this order, when the transaction commits.

        Until then they are not among the `entries`. Raises ValueError for one that cannot be
        written: an instant without a time zone, a detail that JSON has no form for.
        """
        write_at_commit(self._connection, events)

    def hold_still(self) -> None:
        """See one state of the trail from now on; nothing has been read in the transaction yet.

        On SQLite that is so anyway. On PostgreSQL each statement sees what others have committed
        meanwhile, and a head read before an event would not be its end.
        """
        if self._connection.dialect.name == "postgresql":
            self._connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")

    def head(self) -> chain.Head:
        """The end of the chain. Raises CannotRun where there is none any more."""
        found = self._connection.execute(sa.select(HEAD.c.number, HEAD.c.hash)).first()
        if found is None:
            raise CannotRun("the audit trail has lost its head: restore the store from a backup")
        return chain.Head(*found)

    def count(self) -> int:
        """How many events there are."""
        query = sa.select(sa.func.count()).select_from(EVENT)
        return int(self._connection.execute(query).scalar_one())

    def entries(
        self, which: Which = EVERYTHING, *, newest_first: bool = False
    ) -> Iterator[chain.Entry]:
        """The events in the order of their numbers, with what is left of their contents."""
        number = EVENT.c.number.desc() if newest_first else EVENT.c.number
        query = self.query(which).order_by(number)
        for row in self._connection.execute(query.execution_options(yield_per=_AT_A_TIME)):
            yield _entry(row)

    def query(
        self, which: Which = EVERYTHING, numbers: tuple[int, int] | None = None
    ) -> sa.Select[Any]:
        """What finds the events, in no order, for `entry`; from one of `numbers` to the other."""
        # An instant is read as it stands there: a changed one may be none.
        columns = [sa.type_coerce(c, sa.Text) if c is EVENT.c.at else c for c in EVENT.columns]
        said = [column.label(f"said_{column.name}") for column in CONTENT.columns]
        joined = EVENT.outerjoin(CONTENT, EVENT.c.number == CONTENT.c.number)
        query = sa.select(*columns, *said).select_from(joined).where(*_conditions(which))
        return query if numbers is None else query.where(EVENT.c.number.between(*numbers))

    @staticmethod
    def entry(row: Any) -> chain.Entry:
        """A row that `query` has found."""
        return _entry(row)

    def numbers_between(
        self, since: datetime | None, until: datetime | None
    ) -> tuple[int, int] | None:
        """The first and the last number of the events of a time; None: there are none.

        Instants need not rise with the numbers, so other events may lie between the two.
        """
        spans = _conditions(Which(since=since, until=until))
        query = sa.select(sa.func.min(EVENT.c.number), sa.func.max(EVENT.c.number))
        first, last = self._connection.execute(query.where(*spans)).one()
        return None if first is None else (first, last)

    def strays(self) -> list[int]:
        """The numbers of contents that belong to no event."""
        known = sa.exists().where(EVENT.c.number == CONTENT.c.number)
        query = sa.select(CONTENT.c.number).where(~known).order_by(CONTENT.c.number)
        return list(self._connection.execute(query).scalars())

    def erase(self, organization: str) -> list[int]:
        """Remove what events say of an organization; the numbers of these events, sorted.

        Events about others, or about none, lose their content as well where it names the id.
        """
        find = sa.func.instr if self._connection.dialect.name == "sqlite" else sa.func.strpos
        named = find(CONTENT.c.detail, chain.canonical_text(organization)) > 0
        mine = sa.or_(CONTENT.c.organization == organization, named)
        gone = sa.delete(CONTENT).where(mine).returning(CONTENT.c.number)
        return sorted(self._connection.execute(gone).scalars())


def _conditions(which: Which) -> Iterator[sa.ColumnElement[bool]]:
    if which.tags:
        yield EVENT.c.tag.in_(which.tags)
    if which.actor is not None:
        yield CONTENT.c.actor == which.actor
    if which.organization is not None:
        yield CONTENT.c.organization == which.organization
    if which.since is not None:
        yield EVENT.c.at >= which.since
    if which.until is not None:
        yield EVENT.c.at < which.until


def _entry(row: Any) -> chain.Entry:
    number, at, tag, digest, previous, made, of, salt, actor, organization, detail = row
    said = None if of is None else chain.Content(salt, actor, organization, detail)
    when = chain.instant(at) if isinstance(at, datetime) else at
    return chain.Entry(number, when, tag, digest, previous, made, said)
