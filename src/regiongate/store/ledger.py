"""The ledger of a vendor: each claim once, grants, spends, and what lapses, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from regiongate.domain.audit import AuditEvent, Json, Tag
from regiongate.domain.claim import ClaimCode
from regiongate.domain.ledger import Entry, Taken, TokenGrant
from regiongate.store.audit import AuditTrail
from regiongate.store.ledger_tables import ACCOUNT, CLAIM, GRANT, ROW, SPEND
from regiongate.store.paging import Asked, Order, Page, page

_SUMS = (
    sa.select(
        ROW.c.grant_id,
        sa.func.max(ROW.c.number).label("rows"),
        sa.cast(sa.func.sum(ROW.c.tokens), sa.BigInteger).label("left"),
        sa.func.max(ROW.c.tokens).label("tokens"),  # Of a grant's rows only the first is positive.
    )
    .group_by(ROW.c.grant_id)
    .subquery()
)
_FACTS = (
    *(GRANT.c[name] for name in ("id", "account", "issuer", "code")),
    CLAIM.c.offer,
    *(GRANT.c[name] for name in ("model", "granted", "expires")),
    *(_SUMS.c[name] for name in ("tokens", "left", "rows")),
)
_WIDTH = len(_FACTS)
_ORDER = Order(
    "grants", tuple(GRANT.c[name] for name in ("account", "granted", "issuer", "code", "part"))
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """That a code was claimed: by which account, for which offer, when."""

    account: str
    offer: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Spent:
    """One spend: its id, how many tokens with which model (None: none was named), and when."""

    id: str
    account: str
    tokens: int
    model: str | None
    at: datetime


class Ledger:
    """The ledger within one transaction. Every change writes its audit event along."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._trail = AuditTrail(connection)

    def hold(self, account: str) -> bool:
        """Keep others from changing what an account has; False where it has never had anything."""
        held = sa.select(ACCOUNT.c.id).where(ACCOUNT.c.id == account).with_for_update()
        return self._connection.execute(held).first() is not None

    def claimed(self, issuer: str, code: str) -> Claimed | None:
        """Who has claimed a code; None: nobody yet."""
        c = CLAIM.c
        query = sa.select(c.account, c.offer, c.at).where(c.issuer == issuer, c.code == code)
        row = self._connection.execute(query).first()
        return None if row is None else Claimed(*row)

    def claim(self, code: ClaimCode, account: str, offer: str, at: datetime) -> bool:
        """Use a code up; False, and nothing is changed, where somebody has done so already.

        Of two at once the second waits for the first one's transaction to end.
        """
        self._add_once(ACCOUNT, {"id": account})
        row = {"issuer": code.issuer, "code": code.id, "account": account, "offer": offer}
        return self._add_once(CLAIM, {**row, "at": at})

    def grant(self, grants: Sequence[TokenGrant], actor: str) -> None:
        """Grant the tokens of one claim, its parts in this order. They have no rows yet."""
        for part, grant in enumerate(grants, start=1):
            names = ("id", "account", "issuer", "code", "model", "granted", "expires")
            row = {name: getattr(grant, name) for name in names}
            self._connection.execute(sa.insert(GRANT).values({**row, "part": part}))
            first = {"number": 1, "previous": None, "before": 0, "after": grant.tokens}
            self._row(grant, Entry.GRANT, grant.granted, first | {"tokens": grant.tokens})
        detail: dict[str, Json] = {
            **{name: getattr(grants[0], name) for name in ("account", "issuer", "code", "offer")},
            "grants": [_said(grant, grant.tokens) for grant in grants],
        }
        self._tell(Tag.TOKENS_GRANTED, actor, grants[0].granted, detail)

    def grants(self, account: str | None = None) -> tuple[TokenGrant, ...]:
        """All grants, or those of one account: by account, then the oldest first."""
        query = _grants().order_by(*_ORDER.columns)
        return self._found(query if account is None else query.where(GRANT.c.account == account))

    def page(self, account: str | None, asked: Asked) -> Page[TokenGrant]:
        """A page of them in the same order. Raises CannotRun for a cursor of another list."""
        query = _grants()
        if account is not None:
            query = query.where(GRANT.c.account == account)
        # Behind the facts stands what the page is found by.
        return page(self._connection, query, _ORDER, asked, lambda row: TokenGrant(*row[:_WIDTH]))

    def over(self, at: datetime) -> tuple[TokenGrant, ...]:
        """The grants that have ended by an instant and of which something is left, by id."""
        query = _grants().where(GRANT.c.expires <= at, _SUMS.c.left > 0)
        return self._found(query.order_by(GRANT.c.account, GRANT.c.id))

    def spent(self, account: str, spend: str) -> Spent | None:
        """The spend of an account with an id; None where there is none."""
        mine = (SPEND.c.account == account) & (SPEND.c.id == spend)
        row = self._connection.execute(sa.select(SPEND.c.model, SPEND.c.at).where(mine)).first()
        if row is None:
            return None
        rows = (ROW.c.account == account) & (ROW.c.spend == spend)
        total = self._connection.execute(sa.select(sa.func.sum(ROW.c.tokens)).where(rows)).scalar()
        return Spent(spend, account, -int(total or 0), row.model, row.at)

    def spend(self, spent: Spent, taken: Sequence[Taken], actor: str) -> None:
        """Take tokens from grants of an account that is held."""
        row = {name: getattr(spent, name) for name in ("id", "account", "model", "at")}
        self._connection.execute(sa.insert(SPEND).values(row))
        for one in taken:
            self._take(one, Entry.SPEND, spent.at, spent.id)
        detail: dict[str, Json] = {"account": spent.account, "spend": spent.id}
        detail["model"] = spent.model
        detail["grants"] = [_said(one.grant, one.tokens) for one in taken]
        self._tell(Tag.TOKENS_SPENT, actor, spent.at, detail)

    def lapse(self, grant: TokenGrant, actor: str, at: datetime) -> None:
        """Let go what is left of a grant of an account that is held."""
        self._take(Taken(grant, grant.left), Entry.LAPSE, at, None)
        detail: dict[str, Json] = {"account": grant.account, "grants": [_said(grant, grant.left)]}
        self._tell(Tag.TOKENS_LAPSED, actor, at, detail)

    def _take(self, taken: Taken, kind: Entry, at: datetime, spend: str | None) -> None:
        grant = taken.grant
        follows = {"number": grant.rows + 1, "previous": grant.rows, "before": grant.left}
        said = {"tokens": -taken.tokens, "after": taken.left, "spend": spend}
        self._row(grant, kind, at, follows | said)

    def _row(self, grant: TokenGrant, kind: Entry, at: datetime, said: dict[str, Any]) -> None:
        row = {"grant_id": grant.id, "account": grant.account, "kind": kind.value, "at": at}
        self._connection.execute(sa.insert(ROW).values({**row, **said}))

    def _found(self, query: sa.Select[Any]) -> tuple[TokenGrant, ...]:
        return tuple(TokenGrant(*row) for row in self._connection.execute(query))

    def _add_once(self, table: sa.Table, row: dict[str, Any]) -> bool:
        native = sqlite if self._connection.dialect.name == "sqlite" else postgresql
        added = native.insert(table).values(row).on_conflict_do_nothing()
        # Not every driver counts the rows of an insert; what was added is said back by all.
        back = added.returning(*table.primary_key.columns)
        return self._connection.execute(back).first() is not None

    def _tell(self, tag: Tag, actor: str, at: datetime, detail: dict[str, Json]) -> None:
        self._trail.write([AuditEvent(at, actor, tag, None, detail)])


def _grants() -> sa.Select[Any]:
    claim = (CLAIM.c.issuer == GRANT.c.issuer) & (CLAIM.c.code == GRANT.c.code)
    joined = GRANT.join(CLAIM, claim).join(_SUMS, _SUMS.c.grant_id == GRANT.c.id)
    return sa.select(*_FACTS).select_from(joined)


def _said(grant: TokenGrant, tokens: int) -> Json:
    return {"grant": grant.id, "tokens": tokens, "model": grant.model}
