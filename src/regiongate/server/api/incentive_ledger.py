"""`/api/v1/incentive`, a vendor's ledger: claims, grants, spends, balances, and what lapses."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import sqlalchemy as sa
from fastapi import Query, Response
from pydantic import Field

from regiongate.control.incentive import expire as expiring
from regiongate.control.incentive import spend as spending
from regiongate.control.incentive.claim import Asked, Made
from regiongate.control.incentive.claim import claim as claim_code
from regiongate.control.incentive.code import LONGEST
from regiongate.domain.ledger import MOST_TOKENS, spendable
from regiongate.domain.role import Act
from regiongate.server.api.answer import CHANGED, PROBLEMS, answer
from regiongate.server.api.body import Body
from regiongate.server.api.change import TheChange
from regiongate.server.api.endpoint import TheHouse, api_door
from regiongate.server.api.incentive_record import (
    BalanceRecord,
    GrantRecord,
    LapsedGrant,
    LapsedRecord,
    MadeRecord,
    SpentRecord,
    grant_record,
)
from regiongate.server.api.listing import Listing, TheAsked, listing
from regiongate.store.ledger import Ledger, Spent

door = api_door("incentive")

_LONGEST = 255
_LINE = r"^[^\x00-\x1f\x7f]+$"

Line = Annotated[str, Field(max_length=_LONGEST, pattern=_LINE)]
OneAccount = Annotated[
    str,
    Query(max_length=_LONGEST, pattern=_LINE, description="As you call it.", examples=["acme"]),
]
AnyAccount = Annotated[
    str | None,
    Query(max_length=_LONGEST, pattern=_LINE, description="Only what this account was granted."),
]


class NewClaim(Body):
    """A claim code, and which of your accounts claims it."""

    code: str = Field(max_length=LONGEST, examples=["rgc1.…"])
    account: Line = Field(examples=["acme"])
    offer: str | None = Field(
        None, max_length=100, description="Which offer, where the code is for any."
    )
    newly_switching: bool = Field(
        False, description="You have seen that the account is new here, as the offer demands."
    )


class NewSpend(Body):
    """Tokens to take from what an account has."""

    id: Line = Field(description="What you call it: the same again is not done twice.")
    account: Line = Field(examples=["acme"])
    tokens: int = Field(ge=1, le=MOST_TOKENS)
    model: Line | None = Field(None, description="With which model; null: none in particular.")


@door.enter("POST", "/claims", Act.KEEP_LEDGER, response_model=MadeRecord, responses=CHANGED)
def claim(said: NewClaim, change: TheChange) -> Response:
    """Grant an account what an offer of this server gives for a claim code, once."""
    offers = change.house.offers()
    asked = Asked(said.code, said.account, said.offer, said.newly_switching)

    def work(connection: sa.Connection, at: datetime) -> Response:
        made = claim_code(connection, asked, offers, change.person, at)
        return answer(_made(made, at, kept=not change.dry_run))

    return change.make(work)


@door.enter("POST", "/spends", Act.KEEP_LEDGER, response_model=SpentRecord, responses=CHANGED)
def spend(said: NewSpend, change: TheChange) -> Response:
    """Take tokens from what an account has: all of them, or none."""

    def work(connection: sa.Connection, at: datetime) -> Response:
        asked = Spent(said.id, said.account, said.tokens, said.model, at)
        done = spending.spend(connection, asked, change.person, at)
        left = spendable(Ledger(connection).grants(said.account), at)
        return answer(
            SpentRecord(
                kept=not change.dry_run,
                new=done.new,
                id=said.id,
                account=said.account,
                tokens=done.spent.tokens,
                model=said.model,
                left=left,
            )
        )

    return change.make(work)


@door.enter("GET", "/grants", Act.READ, response_model=Listing[GrantRecord], responses=PROBLEMS)
def grants(house: TheHouse, asked: TheAsked, account: AnyAccount = None) -> Response:
    """List grants of tokens by account, those that are used up or over included."""
    at = house.clock()
    with house.reading() as connection:
        ledger = Ledger(connection)
        return listing(
            asked, lambda page: ledger.page(account, page), lambda one: grant_record(one, at)
        )


@door.enter("GET", "/balance", Act.READ, response_model=BalanceRecord, responses=PROBLEMS)
def balance(house: TheHouse, account: OneAccount) -> Response:
    """Say how many tokens an account can spend, with which models, until when."""
    at = house.clock()
    with house.reading() as connection:
        found = Ledger(connection).grants(account)
    records = [grant_record(one, at) for one in found]
    return answer(BalanceRecord(account=account, tokens=spendable(found, at), grants=records))


@door.enter("POST", "/expire", Act.KEEP_LEDGER, response_model=LapsedRecord, responses=CHANGED)
def expire(change: TheChange) -> Response:
    """Let lapse what is left of grants that have ended."""

    def work(connection: sa.Connection, at: datetime) -> Response:
        found = expiring.expire(connection, change.person, at)
        lapsed = [LapsedGrant(grant=one.id, account=one.account, tokens=one.left) for one in found]
        return answer(LapsedRecord(kept=not change.dry_run, lapsed=lapsed))

    return change.make(work)


def _made(made: Made, at: datetime, *, kept: bool) -> MadeRecord:
    return MadeRecord(
        kept=kept,
        account=made.account,
        offer=made.offer,
        grants=[grant_record(one, at) for one in made.grants],
        besides=list(made.besides),
    )
