"""Exemptions and corrections: what is in force, what ends soon, granting and ending one."""

from __future__ import annotations

from datetime import datetime
from ipaddress import ip_network
from typing import Annotated

import sqlalchemy as sa
from fastapi import Form, Request, Response
from fastapi.responses import RedirectResponse

from regiongate.control.grant import correct, exempt
from regiongate.control.grant.correct import Located
from regiongate.control.grant.exempt import Subject
from regiongate.control.grant.terms import Terms
from regiongate.control.rehearsal import transactions
from regiongate.domain.address import IPNetwork
from regiongate.domain.exemption import Correction, Exemption, Scope
from regiongate.domain.role import Act
from regiongate.server.console.common import Confirmed, Known, Name, Reason, TheHouse, end_of
from regiongate.server.entry.door import Door
from regiongate.server.entry.session import by_session
from regiongate.server.pages.render import render
from regiongate.server.problem import Refused
from regiongate.store.exemptions import EXEMPTION, Corrections, Exemptions

door = Door(by_session, prefix="/console/exemptions", tags=["console"], include_in_schema=False)

_SHOWN = 500

Word = Annotated[str, Form(max_length=300)]


@door.enter("GET", "", Act.READ)
def page(request: Request, house: TheHouse, organization: str = "") -> Response:
    """Show what is in force, the next to end first."""
    at = house.clock()
    with house.reading() as connection:
        exemptions = Exemptions(connection).in_force(at)
        corrections = Corrections(connection).in_force(at)
    return render(
        request,
        "console/exemptions.html",
        exemptions=sorted(exemptions, key=_end)[:_SHOWN],
        more=max(0, len(exemptions) - _SHOWN),
        corrections=sorted(corrections, key=_end)[:_SHOWN],
        organization=organization,
    )


@door.enter("POST", "", Act.EXEMPT)
def grant(
    request: Request,
    house: TheHouse,
    caller: Known,
    reason: Reason,
    scope: Annotated[Scope, Form()] = Scope.ORGANIZATION,
    subject: Word = "",
    until: Annotated[str, Form(max_length=10)] = "",
    no_end: Annotated[bool, Form()] = False,
    confirmed: Confirmed = False,
) -> Response:
    """Show what an exemption would be; once that is confirmed, grant it."""
    terms = Terms(reason, caller.person.name, _until(until, no_end))
    wanted = _subject(scope, subject.strip())
    with (
        transactions(house.database, rehearsed=not confirmed) as transaction,
        transaction() as connection,
    ):
        granted = exempt.exempt(connection, wanted, terms, house.clock())
    if confirmed:
        return RedirectResponse("/console/exemptions", 303)
    said = {"scope": scope.value, "subject": subject, "until": until, "no_end": no_end}
    return render(request, "console/exemption_new.html", granted=granted, said=said, reason=reason)


@door.enter("POST", "/corrections", Act.EXEMPT)
def place(
    request: Request,
    house: TheHouse,
    caller: Known,
    reason: Reason,
    network: Word,
    region: Annotated[str, Form(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")],
    until: Annotated[str, Form(max_length=10)] = "",
    no_end: Annotated[bool, Form()] = False,
    confirmed: Confirmed = False,
) -> Response:
    """Show what a correction would bring; once that is confirmed, say where a network is."""
    terms, at = Terms(reason, caller.person.name, _until(until, no_end)), house.clock()
    located = [Located(_network(network), region)]
    with (
        transactions(house.database, rehearsed=not confirmed) as transaction,
        transaction() as connection,
    ):
        [made] = correct.correct(connection, located, terms, at)
    if confirmed:
        return RedirectResponse("/console/exemptions#corrections", 303)
    supported, rule = house.policy().supported.supports(region, at)
    said = {"network": network, "region": region, "until": until}
    return render(
        request,
        "console/correction_new.html",
        one=made,
        said=said | ({"no_end": "true"} if no_end else {}),
        supported=supported,
        rule=rule,
        reason=reason,
    )


@door.enter("POST", "/{name}/end", Act.EXEMPT)
def end(
    request: Request,
    house: TheHouse,
    caller: Known,
    name: Name,
    reason: Reason,
    confirmed: Confirmed = False,
) -> Response:
    """Show what the end of an exemption or a correction would bring; confirmed, end it."""
    person, at = caller.person.name, house.clock()
    ended: Exemption | Correction
    with (
        transactions(house.database, rehearsed=not confirmed) as transaction,
        transaction() as connection,
    ):
        if _is_exemption(connection, name):
            ended, case = exempt.withdraw(connection, name, person, reason, at)
            region = None
        else:
            ended, case = correct.withdraw(connection, name, person, reason, at), None
            region = ended.region
    if confirmed:
        return RedirectResponse("/console/exemptions", 303)
    return render(
        request,
        "console/exemption_end.html",
        one=ended,
        case=case,
        region=region,
        reason=reason,
    )


def _is_exemption(connection: sa.Connection, name: str) -> bool:
    query = sa.select(EXEMPTION.c.id).where(EXEMPTION.c.id == name)
    return connection.execute(query).first() is not None


def _subject(scope: Scope, text: str) -> Subject:
    if not text:
        raise Refused(422, "invalid", "say what is to be exempt")
    if scope is Scope.ORGANIZATION:
        return Subject(organization=text)
    if scope is Scope.NETWORK:
        return Subject(network=_network(text))
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise Refused(422, "invalid", "a key is named by its SHA-256 digest: 64 digits")
    return Subject(key=key)


def _network(text: str) -> IPNetwork:
    try:
        return ip_network(text.strip())
    except ValueError as error:
        raise Refused(422, "invalid", f"{error}: write it as 192.0.2.0/24") from None


def _until(until: str, no_end: bool) -> datetime | None:
    if bool(until) == no_end:
        raise Refused(422, "invalid", "say until which day, or that there is no end")
    return end_of(until)


def _end(one: Exemption | Correction) -> tuple[bool, datetime]:
    return one.expires is None, one.expires or one.granted
