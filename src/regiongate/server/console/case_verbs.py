"""The decisions about one case: what each asks, what it does, and who may make it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

import sqlalchemy as sa

from regiongate.control.cases.release import release
from regiongate.control.suspend.approve import approve
from regiongate.control.suspend.propose import propose
from regiongate.control.suspend.suspend import suspend
from regiongate.control.suspend.withdraw import withdraw
from regiongate.domain.case import CaseState
from regiongate.domain.role import Act
from regiongate.server.house import House


@dataclass(frozen=True, slots=True)
class Deciding:
    """Who decides about which case, when, and why."""

    house: House
    connection: sa.Connection
    number: int
    person: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Verb:
    """One decision. `states` are those in which it makes sense; `grave` ones look it."""

    name: str
    title: str
    explained: str
    act: Act
    states: frozenset[CaseState]
    does: Callable[[Deciding], object]
    asks_reason: bool = True
    grave: bool = False


def _release(one: Deciding) -> object:
    desk, reason = one.house.desk(), one.reason
    return release(one.connection, desk, one.number, person=one.person, reason=reason, at=one.at)


def _propose(one: Deciding) -> object:
    house = one.house
    return propose(
        one.connection,
        one.number,
        house.policy(),
        house.tables(),
        house.desk(),
        person=one.person,
        reason=one.reason,
        at=one.at,
    )


def _withdraw(one: Deciding) -> object:
    return withdraw(one.connection, one.number, person=one.person, reason=one.reason, at=one.at)


def _approve(one: Deciding) -> object:
    policy, tables = one.house.policy(), one.house.tables()
    return approve(one.connection, one.number, policy, tables, person=one.person, at=one.at)


def _suspend(one: Deciding) -> object:
    house = one.house
    return suspend(
        one.connection,
        one.number,
        house.policy(),
        house.tables(),
        house.desk(),
        person=one.person,
        at=one.at,
    )


_PROPOSED = frozenset({CaseState.SUSPENSION_PROPOSED})
_OPEN = frozenset(state for state in CaseState if state is not CaseState.RELEASED)

VERBS: Mapping[str, Verb] = MappingProxyType(
    {
        verb.name: verb
        for verb in (
            Verb(
                "propose",
                "Propose to suspend",
                "A second person must approve it, and the organization is told at once.",
                Act.PROPOSE,
                frozenset({CaseState.RESTRICTED}),
                _propose,
            ),
            Verb(
                "approve",
                "Approve the suspension",
                "It may then be carried out. Whoever proposed it cannot approve it.",
                Act.APPROVE,
                _PROPOSED,
                _approve,
                asks_reason=False,
            ),
            Verb(
                "suspend",
                "Suspend the account",
                "Every request of the organization is refused, from wherever it comes.",
                Act.SUSPEND,
                _PROPOSED,
                _suspend,
                asks_reason=False,
                grave=True,
            ),
            Verb(
                "withdraw",
                "Withdraw the proposal",
                "The case is restricted again, as it was before.",
                Act.WITHDRAW,
                _PROPOSED,
                _withdraw,
            ),
            Verb(
                "release",
                "Release",
                "The case is over, and the organization is told.",
                Act.RELEASE,
                _OPEN,
                _release,
            ),
        )
    }
)
"""The decisions, in the order in which a case comes to them."""
