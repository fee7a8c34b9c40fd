"""A vendor with offers, which trusts one issuer, and codes of that issuer."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from regiongate.control.incentive.claim import AlreadyClaimed, Asked, Made, claim
from regiongate.control.incentive.code import seal
from regiongate.control.incentive.spend import Done, spend
from regiongate.control.incentive.trust import trust
from regiongate.domain.claim import ClaimCode
from regiongate.domain.ledger import TokenGrant
from regiongate.domain.offer import Grant, Incentive, Offer, Offers
from regiongate.store.database import Database
from regiongate.store.ledger import Ledger, Spent
from tests.support.appeals import AT, DAY, staffed
from tests.support.offers import offer

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ISSUER = "example-api"


def gives(name: str, lasts: timedelta | None, *grants: Grant) -> Offer:
    """An offer without conditions that grants tokens."""
    return offer(name=name, conditions=(), incentive=Incentive(grants, lasts=lasts), closes=None)


OFFERS = Offers(
    "offers.yaml",
    (
        gives("short", 2 * DAY, Grant(10, None)),
        gives("mixed", 5 * DAY, Grant(7, "large"), Grant(3, None)),
        gives("endless", None, Grant(5, None)),
    ),
)


def vendor(database: Database) -> None:
    """People work here, and the issuer is trusted."""
    staffed(database)
    with database.writing() as connection:
        trust(connection, ISSUER, KEY.public_key(), "bob", AT)


def code(number: int, offer: str | None = "short", **facts: Any) -> str:
    """The text of a code of the issuer, for thirty days from the day of AT on."""
    day: date = AT.astimezone(UTC).date()
    said = {"issuer": ISSUER, "id": f"{number:032x}", "issued": day, "offer": offer}
    return seal(ClaimCode(**{**said, "expires": day + 30 * DAY, **facts}), KEY)


def claimed(
    database: Database, text: str, account: str = "acme", at: datetime = AT, offers: Offers = OFFERS
) -> Made:
    """Claim a code as Ann."""
    with database.writing() as connection:
        return claim(connection, Asked(text, account), offers, "ann", at)


def claims_ten(url: str) -> int:
    """How many of ten codes whoever runs this was the one to claim; for processes of their own."""
    database = Database.open(url)
    won = 0
    for number in range(10):
        try:
            claimed(database, code(number))
            won += 1
        except AlreadyClaimed:
            pass
    database.close()
    return won


def spent(
    database: Database,
    tokens: int,
    spend_id: str,
    model: str | None = None,
    *,
    account: str = "acme",
    at: datetime = AT,
) -> Done:
    """Spend as Ann."""
    with database.writing() as connection:
        return spend(connection, Spent(spend_id, account, tokens, model, at), "ann", at)


def grants(database: Database, account: str | None = None) -> tuple[TokenGrant, ...]:
    """What the ledger holds."""
    with database.reading() as connection:
        return Ledger(connection).grants(account)
