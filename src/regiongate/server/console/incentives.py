"""Incentives: claim codes that were issued, whose codes are believed, and the ledger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, TypeVar

import sqlalchemy as sa
from fastapi import Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from regiongate.control.audit.signed import public_key
from regiongate.control.incentive.claim import Asked, claim
from regiongate.control.incentive.code import LONGEST
from regiongate.control.incentive.expire import expire
from regiongate.control.incentive.issue import Wanted, code
from regiongate.control.incentive.trust import distrust, trust
from regiongate.control.rehearsal import transactions
from regiongate.domain.claim import DAYS, LONGEST_DAYS
from regiongate.domain.ledger import spendable
from regiongate.domain.role import Act
from regiongate.server.claims import signer_of
from regiongate.server.console.common import Confirmed, Known, TheHouse
from regiongate.server.entry.door import Door
from regiongate.server.entry.session import by_session
from regiongate.server.house import House
from regiongate.server.pages.render import render
from regiongate.store.ledger import Ledger
from regiongate.store.ledger_codes import ClaimCodes
from regiongate.store.ledger_issuers import Issuers
from regiongate.store.paging import Asked as PageAsked

door = Door(by_session, prefix="/console/incentives", tags=["console"], include_in_schema=False)

_HERE = "/console/incentives"
_SHOWN = 100

T = TypeVar("T")

Word = Annotated[str, Form(max_length=255)]


@door.enter("GET", "", Act.READ)
def page(
    request: Request,
    house: TheHouse,
    case: Annotated[int | None, Query(ge=1, le=10**18)] = None,
    account: Annotated[str, Query(max_length=255)] = "",
) -> Response:
    """Show codes, of one case where it is named, trusted issuers, and what accounts have."""
    wanted, at = PageAsked(_SHOWN), house.clock()
    with house.reading() as connection:
        codes, ledger = ClaimCodes(connection), Ledger(connection)
        issued = codes.page(wanted).rows if case is None else codes.of(case)
        issuers = Issuers(connection).all()
        grants = ledger.page(account or None, wanted).rows
        balance = spendable(ledger.grants(account), at) if account else None
    return render(
        request,
        "console/incentives.html",
        case=case,
        account=account,
        issuer=house.settings.claim_issuer,
        issued=issued,
        issuers=issuers,
        grants=grants,
        balance=balance,
        days=DAYS,
        most_days=LONGEST_DAYS,
        shown=_SHOWN,
    )


@door.enter("POST", "/codes", Act.ISSUE_CLAIM_CODE)
def issue(
    request: Request,
    house: TheHouse,
    caller: Known,
    case: Annotated[int, Form(ge=1, le=10**18)],
    offer: Word = "",
    days: Annotated[int, Form(ge=1, le=LONGEST_DAYS)] = DAYS,
    confirmed: Confirmed = False,
) -> Response:
    """Show what a claim code for a case would be; once that is confirmed, give it."""
    signer = signer_of(house)
    given = _done(
        house,
        confirmed,
        lambda connection, at: code(
            connection,
            case,
            caller.person.name,
            signer,
            Wanted(offer.strip() or None, at, days),
        ),
    )
    said = {"case": case, "offer": offer, "days": days}
    return render(
        request, "console/incentive_code.html", given=given, said=said, confirmed=confirmed
    )


@door.enter("POST", "/claims", Act.KEEP_LEDGER)
def take_up(
    request: Request,
    house: TheHouse,
    caller: Known,
    text: Annotated[str, Form(alias="code", max_length=LONGEST + 100)],
    account: Word,
    offer: Word = "",
    new_here: Annotated[bool, Form()] = False,
    confirmed: Confirmed = False,
) -> Response:
    """Show what a claim would grant; once that is confirmed, grant it."""
    asked = Asked(text.strip(), account.strip(), offer.strip() or None, new_here)
    offers = house.offers()
    made = _done(
        house,
        confirmed,
        lambda connection, at: claim(connection, asked, offers, caller.person.name, at),
    )
    if confirmed:
        return RedirectResponse(f"{_HERE}#grants", 303)
    return render(request, "console/incentive_claim.html", made=made, asked=asked)


@door.enter("POST", "/expire", Act.KEEP_LEDGER)
def lapse(
    request: Request, house: TheHouse, caller: Known, confirmed: Confirmed = False
) -> Response:
    """Show what would lapse; once that is confirmed, let it."""
    found = _done(
        house, confirmed, lambda connection, at: expire(connection, caller.person.name, at)
    )
    if confirmed:
        return RedirectResponse(f"{_HERE}#grants", 303)
    return render(request, "console/incentive_lapse.html", lapsing=found)


@door.enter("POST", "/issuers", Act.TRUST_ISSUER)
def believe(
    request: Request,
    house: TheHouse,
    caller: Known,
    name: Word,
    # The key itself and never the name of a file: that would be read on this server.
    key: Annotated[str, Form(pattern="^[0-9a-f]{64}$")],
    confirmed: Confirmed = False,
) -> Response:
    """Show whose codes would be believed by which key; once that is confirmed, believe them."""
    public = public_key(key)
    found = _done(
        house,
        confirmed,
        lambda connection, at: trust(connection, name.strip(), public, caller.person.name, at),
    )
    if confirmed:
        return RedirectResponse(f"{_HERE}#issuers", 303)
    return render(request, "console/incentive_issuer.html", issuer=found, ending=False)


@door.enter("POST", "/issuers/end", Act.TRUST_ISSUER)
def disbelieve(
    request: Request, house: TheHouse, caller: Known, name: Word, confirmed: Confirmed = False
) -> Response:
    """Show whose codes would be believed no longer; once that is confirmed, do so."""
    found = _done(
        house,
        confirmed,
        lambda connection, at: distrust(connection, name.strip(), caller.person.name, at),
    )
    if confirmed:
        return RedirectResponse(f"{_HERE}#issuers", 303)
    return render(request, "console/incentive_issuer.html", issuer=found, ending=True)


def _done(house: House, confirmed: bool, work: Callable[[sa.Connection, datetime], T]) -> T:
    """What work brings: kept where somebody has confirmed it, and rehearsed before."""
    at = house.clock()
    with (
        transactions(house.database, rehearsed=not confirmed) as transaction,
        transaction() as connection,
    ):
        return work(connection, at)
