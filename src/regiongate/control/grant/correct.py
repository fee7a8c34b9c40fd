"""Correct: say where a network really is, against every source, for a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from regiongate.control.acting import acting
from regiongate.control.grant.terms import Terms, require_reason, require_terms
from regiongate.control.new_id import new_id
from regiongate.domain.address import IPNetwork
from regiongate.domain.errors import CannotRun
from regiongate.domain.exemption import Correction
from regiongate.domain.role import SYSTEM, Act
from regiongate.store.exemptions import AlreadyEnded, Corrections


@dataclass(frozen=True, slots=True)
class Located:
    """A network and the region (ISO 3166) in which it is."""

    network: IPNetwork
    region: str


def correct(
    connection: sa.Connection, located: Sequence[Located], terms: Terms, at: datetime
) -> list[Correction]:
    """Correct where networks are, in the name of an approver, all of them or none.

    Raises CannotRun when the person may not, when there is no reason or no time to come, when two
    say different things of one network, and when one is in force that is not to be replaced.
    """
    acting(connection, terms.approver, Act.EXEMPT)
    return grant(connection, located, terms, at, None)


def grant(
    connection: sa.Connection,
    located: Sequence[Located],
    terms: Terms,
    at: datetime,
    organization: str | None,
) -> list[Correction]:
    """Correct where networks are, for whoever decided it may; the trail names the organization."""
    require_terms(terms, at)
    corrections = Corrections(connection)
    _require_room(corrections, located, terms, at)
    made = []
    for one in dict.fromkeys(located):
        _make_room(corrections, one, terms, at)
        new = Correction(
            id=new_id("c"),
            network=one.network,
            region=one.region,
            reason=terms.reason,
            approver=terms.approver,
            granted=at,
            expires=terms.until,
            appeal=terms.appeal,
        )
        corrections.grant(new, organization)
        made.append(new)
    return made


def withdraw(
    connection: sa.Connection, name: str, person: str, reason: str, at: datetime
) -> Correction:
    """End a correction before its time.

    Raises CannotRun when there is no such correction, it has ended, or the person may not.
    """
    actor = acting(connection, person, Act.EXEMPT)
    require_reason(reason)
    corrections = Corrections(connection)
    found = corrections.get(name)
    if found is None:
        raise CannotRun(f"there is no correction {name}: see regiongate case correct --list")
    return corrections.end(found, at, actor.name, reason)


def end_due(connection: sa.Connection, at: datetime) -> list[Correction]:
    """End the corrections whose time is over."""
    corrections = Corrections(connection)
    ended = []
    for one in corrections.expired(at):
        try:
            ended.append(corrections.end(one, at, SYSTEM, _over(one)))
        except AlreadyEnded:
            continue  # By another replica, a moment ago.
    return ended


def _require_room(
    corrections: Corrections, located: Sequence[Located], terms: Terms, at: datetime
) -> None:
    """Raise CannotRun with everything that speaks against correcting these."""
    if not located:
        raise CannotRun("a correction says where some network is: name one")
    against = list(_said_twice(located))
    for network in dict.fromkeys(one.network for one in located):
        lasting = corrections.lasting(str(network))
        if lasting is not None and lasting.holds(at) and not terms.replaces:
            message = f"{network} is corrected to {lasting.region} already ({lasting.id})"
            against.append(f"{message}: withdraw that one, or replace it with --replace")
    if against:
        raise CannotRun("\n".join(against))


def _said_twice(located: Sequence[Located]) -> Iterator[str]:
    """Networks within each other are no contradiction: the most specific counts."""
    said: dict[IPNetwork, str] = {}
    for one in located:
        first = said.setdefault(one.network, one.region)
        if first != one.region:
            yield f"{one.network} is said to be in {first} and in {one.region}: keep one"


def _make_room(corrections: Corrections, one: Located, terms: Terms, at: datetime) -> None:
    """End the one that the network has: its time is over, or it is to be replaced."""
    lasting = corrections.lasting(str(one.network))
    if lasting is None:
        return
    if lasting.holds(at):
        corrections.end(lasting, at, terms.approver, f"replaced: {terms.reason}")
    else:
        corrections.end(lasting, at, SYSTEM, _over(lasting))


def _over(one: Correction) -> str:
    return f"it ended at {one.expires.isoformat()}" if one.expires else "it has no end"
