"""`/api/v1/incentive`, a provider's side and a vendor's trust: claim codes, keys and issuers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import sqlalchemy as sa
from fastapi import Response
from pydantic import Field

from regiongate.control.audit.signed import pem, public_key, written
from regiongate.control.incentive.issue import Wanted, code
from regiongate.control.incentive.trust import distrust, trust
from regiongate.control.secrets import claim_key
from regiongate.domain.claim import DAYS, LONGEST_DAYS
from regiongate.domain.role import Act
from regiongate.server.api.answer import CHANGED, PROBLEMS, answer
from regiongate.server.api.body import Body
from regiongate.server.api.change import TheChange
from regiongate.server.api.endpoint import Name, TheHouse, api_door
from regiongate.server.api.incentive_record import (
    GivenRecord,
    IssuedRecord,
    KeyRecord,
    issued_record,
)
from regiongate.server.api.listing import Listing, TheAsked, listing
from regiongate.server.claims import signer_of
from regiongate.server.problem import Refused
from regiongate.store.ledger_codes import ClaimCodes
from regiongate.store.ledger_issuers import Issuer, Issuers

door = api_door("incentive")

IssuerName = Annotated[str, Field(max_length=100, examples=["example-api"])]


class NewCode(Body):
    """For which case a claim code is, for which offer, and for how many days."""

    case: int = Field(ge=1, le=10**18, examples=[7])
    offer: str | None = Field(
        None, max_length=100, description="Null: any.", examples=["example-cloud"]
    )
    days: int = Field(DAYS, ge=1, le=LONGEST_DAYS, description="Today included.")


class NewIssuer(Body):
    """An issuer to believe, and its key, which it gave you by a way that you trust."""

    name: IssuerName
    # The key itself and never the name of a file: that would be read on this server.
    key: str = Field(pattern="^[0-9a-f]{64}$", description="Ed25519, 32 bytes in hexadecimal.")


@door.enter("GET", "/key", Act.READ, response_model=KeyRecord, responses=PROBLEMS)
def key(house: TheHouse) -> Response:
    """Show the public key that verifies claim codes; it is made at first use."""
    public = claim_key(house.state.root).public_key()
    issuer = house.settings.claim_issuer
    return answer(KeyRecord(issuer=issuer, ed25519=written(public), pem=pem(public)))


@door.enter("GET", "/codes", Act.READ, response_model=Listing[IssuedRecord], responses=PROBLEMS)
def codes(house: TheHouse, asked: TheAsked) -> Response:
    """List the claim codes that were issued, the newest first, without their texts."""
    with house.reading() as connection:
        return listing(asked, ClaimCodes(connection).page, issued_record)


@door.enter("POST", "/codes", Act.ISSUE_CLAIM_CODE, response_model=GivenRecord, responses=CHANGED)
def issue(said: NewCode, change: TheChange) -> Response:
    """Issue a claim code for a case; until it expires the same one is given again.

    It takes no `Idempotency-Key`: its answer is a secret, and is kept nowhere.
    """
    if change.key is not None:
        raise Refused(
            422,
            "invalid",
            "leave out the Idempotency-Key: a code is kept nowhere, and whoever asks again is"
            " given the same one",
        )
    signer = signer_of(change.house)

    def work(connection: sa.Connection, at: datetime) -> Response:
        wanted = Wanted(said.offer, at, said.days)
        given = code(connection, said.case, change.person, signer, wanted)
        unkept = change.dry_run and given.new
        return answer(
            GivenRecord(
                issued=issued_record(given.issued),
                new=given.new,
                kept=not change.dry_run,
                # A code that nobody has kept could be claimed, and the next one as well.
                code=None if unkept else given.text,
            )
        )

    return change.make(work)


@door.enter("GET", "/issuers", Act.READ, response_model=list[Issuer], responses=PROBLEMS)
def issuers(house: TheHouse) -> Response:
    """List whose claim codes are believed, by name."""
    with house.reading() as connection:
        return answer(Issuers(connection).all())


@door.enter("POST", "/issuers", Act.TRUST_ISSUER, response_model=Issuer, responses=CHANGED)
def believe(said: NewIssuer, change: TheChange) -> Response:
    """Believe an issuer's claim codes that are signed with a key; another key is refused."""
    public = public_key(said.key)

    def work(connection: sa.Connection, at: datetime) -> Response:
        return answer(trust(connection, said.name, public, change.person, at))

    return change.make(work)


@door.enter("DELETE", "/issuers/{name}", Act.TRUST_ISSUER, response_model=Issuer, responses=CHANGED)
def disbelieve(name: Name, change: TheChange) -> Response:
    """Believe an issuer's claim codes no longer; what was granted for them stays."""

    def work(connection: sa.Connection, at: datetime) -> Response:
        if Issuers(connection).get(name) is None:
            raise Refused(404, "not-found", f"{name!r} is no trusted issuer")
        return answer(distrust(connection, name, change.person, at))

    return change.make(work)
