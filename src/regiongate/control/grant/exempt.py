"""Exempt: the region rules do not apply to an organization, a key or a network, for a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from regiongate.control.acting import acting
from regiongate.control.grant.terms import Terms, require_reason, require_terms
from regiongate.control.new_id import new_id
from regiongate.control.notices.desk import Desk
from regiongate.control.notices.told import Told
from regiongate.domain.address import IPNetwork
from regiongate.domain.case import Case, CaseState, Step
from regiongate.domain.errors import CannotRun
from regiongate.domain.exemption import Exemption, Scope
from regiongate.domain.notice import AHEAD, EndingExemption, Event
from regiongate.domain.role import SYSTEM, Act
from regiongate.store.cases import Cases
from regiongate.store.exemptions import AlreadyEnded, Exemptions
from regiongate.store.hold_case import hold_case
from regiongate.store.notices import Notices
from regiongate.store.organizations import Organizations

BY_DATE = (*sorted(AHEAD), Event.ON_THE_DAY)
"""What is not told any more to somebody who is exempt."""

_SHOWN = 12
"""Digits of the digest of a key, where nobody knows its prefix."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be exempt: one of an organization (id), a key (SHA-256 digest) and a network.

    `holder` is the organization that is told of the end; that of a key is looked up.
    """

    organization: str | None = None
    key: bytes | None = None
    network: IPNetwork | None = None
    holder: str | None = None

    @property
    def scope(self) -> Scope:
        """Which of the three it is."""
        if self.key is not None:
            return Scope.KEY
        return Scope.ORGANIZATION if self.network is None else Scope.NETWORK

    @property
    def name(self) -> str | bytes:
        """As the store knows it."""
        return self.key or (str(self.network) if self.network else str(self.organization))


@dataclass(frozen=True, slots=True)
class Granted:
    """An exemption, the one that it replaced, and the case that it moved; None: there was none."""

    exemption: Exemption
    replaced: Exemption | None
    case: Case | None


def exempt(connection: sa.Connection, subject: Subject, terms: Terms, at: datetime) -> Granted:
    """Grant an exemption in the name of an approver.

    Raises CannotRun when the person may not, when nobody knows the organization, when there is no
    reason or no time to come, and when one is in force that is not to be replaced.
    """
    acting(connection, terms.approver, Act.EXEMPT)
    _require_known(connection, subject.organization or subject.holder)
    return grant(connection, subject, terms, at)


def grant(connection: sa.Connection, subject: Subject, terms: Terms, at: datetime) -> Granted:
    """Grant an exemption to whoever decided it may; a case that is open becomes exempt."""
    require_terms(terms, at)
    case = _held(connection, subject.organization)
    exemptions = Exemptions(connection)
    replaced = _make_room(connection, subject, terms, at)
    holder = subject.organization or subject.holder
    if subject.key is not None and holder is None:
        holder = exemptions.holder_of(subject.key)
    made = Exemption(
        id=new_id("e"),
        scope=subject.scope,
        organization=subject.organization,
        key=subject.key,
        network=subject.network,
        reason=terms.reason,
        approver=terms.approver,
        granted=at,
        expires=terms.until,
        appeal=terms.appeal,
        holder=holder,
    )
    exemptions.grant(made)
    if case is not None and case.state is not CaseState.EXEMPT:
        detail = {"exemption": made.id}
        case = Cases(connection).take(
            case, Step.EXEMPT, at, terms.approver, terms.reason, detail={**detail}
        )
        Notices(connection).cancel([case.number], BY_DATE, at, terms.approver, "it is exempt")
    return Granted(made, replaced, case)


def withdraw(
    connection: sa.Connection, name: str, person: str, reason: str, at: datetime
) -> tuple[Exemption, Case | None]:
    """End an exemption before its time; with it the case that lapses, None where none does.

    Raises CannotRun when there is no such exemption, it has ended, or the person may not.
    """
    actor = acting(connection, person, Act.EXEMPT)
    require_reason(reason)
    found = Exemptions(connection).get(name)
    if found is None:
        raise CannotRun(f"there is no exemption {name}: see regiongate case exempt --list")
    return _end(connection, found, at, actor.name, reason)


def end_due(connection: sa.Connection, at: datetime) -> list[Exemption]:
    """End the exemptions whose time is over; a case for which none is left lapses."""
    ended = []
    for one in Exemptions(connection).expired(at):
        try:
            ended.append(_end(connection, one, at, SYSTEM, _over(one))[0])
        except AlreadyEnded:
            continue  # By another replica, a moment ago.
    return ended


def due_notices(connection: sa.Connection, desk: Desk, at: datetime) -> list[str]:
    """Write to those whose exemption ends soon, once each; ids of the new notices.

    An exemption whose holder nobody knows, or has no open case, ends without one.
    """
    cases = Cases(connection)
    written = []
    for one in Exemptions(connection).ending(at, at + desk.rules.exemption_ahead):
        case = None if one.holder is None else cases.open_of(one.holder)
        if case is not None and one.expires is not None:
            ending = EndingExemption(one.scope, _shown(connection, one), one.expires)
            told = Told(Event.EXEMPTION_ENDING, one.id, exemption=ending)
            written += desk.write(connection, [case], told, at)
    return written


def _held(connection: sa.Connection, organization: str | None) -> Case | None:
    found = None if organization is None else Cases(connection).open_of(organization)
    return None if found is None else hold_case(connection, found.number)


def _require_known(connection: sa.Connection, organization: str | None) -> None:
    """A name that nobody knows is a slip of the pen, and would be an exemption for nobody."""
    if organization is None or Organizations(connection).get(organization) is not None:
        return
    if Cases(connection).latest_of(organization) is None:
        remedy = "import it first, with: regiongate organization import FILE"
        raise CannotRun(f"there is no organization {organization!r}: {remedy}")


def _make_room(
    connection: sa.Connection, subject: Subject, terms: Terms, at: datetime
) -> Exemption | None:
    """End the one that the subject has, where its time is over or it is to be replaced."""
    exemptions = Exemptions(connection)
    lasting = exemptions.lasting(subject.name, subject.scope)
    if lasting is None:
        return None
    if not lasting.holds(at):
        exemptions.end(lasting, at, SYSTEM, _over(lasting))
        return None
    if not terms.replaces:
        until = "without end" if lasting.expires is None else f"until {lasting.expires.isoformat()}"
        message = f"it is exempt already, {until} ({lasting.id}, by {lasting.approver})"
        raise CannotRun(f"{message}: withdraw that one, or replace it with --replace")
    return exemptions.end(lasting, at, terms.approver, f"replaced: {terms.reason}")


def _end(
    connection: sa.Connection, one: Exemption, at: datetime, actor: str, reason: str
) -> tuple[Exemption, Case | None]:
    case = _held(connection, one.organization)
    exemptions = Exemptions(connection)
    ended = exemptions.end(one, at, actor, reason)
    if case is None or case.state is not CaseState.EXEMPT:
        return ended, None
    if exemptions.lasting(str(one.organization), Scope.ORGANIZATION) is not None:
        return ended, None
    detail = {"exemption": one.id}
    return ended, Cases(connection).take(case, Step.LAPSE, at, actor, reason, detail={**detail})


def _over(one: Exemption) -> str:
    return f"it ended at {one.expires.isoformat()}" if one.expires else "it has no end"


def _shown(connection: sa.Connection, one: Exemption) -> str | None:
    """How the organization knows the key or the network; None for itself."""
    if one.key is None:
        return None if one.network is None else str(one.network)
    profile = None if one.holder is None else Organizations(connection).get(one.holder)
    prefixes = (
        [] if profile is None else [key.prefix for key in profile.keys if key.digest == one.key]
    )
    known = next((prefix for prefix in prefixes if prefix), one.key.hex()[:_SHOWN])
    return f"{known}…"
