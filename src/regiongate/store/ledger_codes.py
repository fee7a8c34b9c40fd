"""The claim codes that a provider has issued, each for one case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from regiongate.domain.audit import AuditEvent, Json, Tag
from regiongate.domain.case import Case
from regiongate.domain.claim import ClaimCode
from regiongate.store.audit import AuditTrail
from regiongate.store.case_tables import CASE
from regiongate.store.ledger_tables import ANY, CLAIM_CODE
from regiongate.store.paging import Asked, Order, Page, page

_NEWEST_FIRST = Order("claim codes", (CLAIM_CODE.c.issued, CLAIM_CODE.c.id), descending=True)


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """A claim code, the number of its case, and which of that case's codes for an offer it is."""

    code: ClaimCode
    case: int
    period: int


class ClaimCodes:
    """The issued codes within one transaction. What is issued writes its audit event along."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._trail = AuditTrail(connection)

    def of(self, case: int) -> list[IssuedCode]:
        """All codes of a case, by offer, then from the first to the last."""
        c = CLAIM_CODE.c
        query = sa.select(CLAIM_CODE).where(c["case"] == case).order_by(c.offer, c.period)
        return [_issued(row._mapping) for row in self._connection.execute(query)]

    def page(self, asked: Asked) -> Page[IssuedCode]:
        """A page of all codes, the newest first. Raises CannotRun for another list's cursor."""
        query = sa.select(CLAIM_CODE)
        return page(
            self._connection, query, _NEWEST_FIRST, asked, lambda row: _issued(row._mapping)
        )

    def latest_case(self, organization: str) -> int | None:
        """The number of the latest case of an organization; None where there has been none."""
        latest = sa.select(sa.func.max(CASE.c.number)).where(CASE.c.organization == organization)
        return self._connection.execute(latest).scalar()

    def last(self, case: int, offer: str | None) -> IssuedCode | None:
        """The latest code of a case for an offer; None where there is none."""
        found = [issued for issued in self.of(case) if issued.code.offer == offer]
        return found[-1] if found else None

    def issue(self, issued: IssuedCode, case: Case, actor: str, at: datetime) -> None:
        """Keep a new one. The store refuses a second of the same case, offer and period."""
        code = issued.code
        row = {"case": issued.case, "period": issued.period, "offer": code.offer or ANY}
        row |= {name: getattr(code, name) for name in ("id", "issuer", "issued", "expires")}
        self._connection.execute(sa.insert(CLAIM_CODE).values(row))
        detail: dict[str, Json] = {
            "case": issued.case,
            "code": code.id,
            "offer": code.offer,
            "period": issued.period,
            "expires": code.expires.isoformat(),
        }
        event = AuditEvent(at, actor, Tag.CLAIM_CODE_ISSUED, case.organization, detail)
        self._trail.write([event])


def _issued(row: Any) -> IssuedCode:
    code = ClaimCode(row["issuer"], row["id"], row["issued"], row["expires"], row["offer"] or None)
    return IssuedCode(code, row["case"], row["period"])
