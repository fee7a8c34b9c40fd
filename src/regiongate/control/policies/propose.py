"""Propose and withdraw drafts of the policy."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from regiongate import policyfile
from regiongate.control.acting import acting
from regiongate.control.grant.terms import require_reason
from regiongate.control.policies.written import LONGEST, written
from regiongate.domain.draft import Draft, DraftState
from regiongate.domain.errors import CannotRun
from regiongate.domain.role import Act
from regiongate.gateway.state import State
from regiongate.geo.store.catalogue import Catalogue
from regiongate.store.drafts import Drafts


def propose(
    connection: sa.Connection,
    text: str,
    state: State,
    catalogue: Catalogue,
    *,
    person: str,
    reason: str,
    at: datetime,
) -> Draft:
    """Propose a policy, for somebody else to publish.

    Raises ProblemsFound for a text that is no policy, CannotRun when the person may not or says
    no reason.
    """
    actor = acting(connection, person, Act.PROPOSE_POLICY)
    require_reason(reason)
    if len(text) > LONGEST:
        raise CannotRun(f"a policy has at most {LONGEST} characters: this has {len(text)}")
    with written(text, state) as path:
        policyfile.load(path, catalogue.named())
    return Drafts(connection).propose(text, state.current(), actor.name, at, reason)


def withdraw(connection: sa.Connection, number: int, *, person: str, at: datetime) -> Draft:
    """Withdraw a draft, whoever wrote it. Raises CannotRun when it does not wait any more."""
    actor = acting(connection, person, Act.PROPOSE_POLICY)
    return Drafts(connection).withdraw(waiting(connection, number), actor.name, at)


def waiting(connection: sa.Connection, number: int) -> Draft:
    """The draft with a number, which still waits. Raises CannotRun."""
    found = Drafts(connection).get(number)
    if found is None:
        raise CannotRun(f"there is no draft {number} of the policy")
    if found.state is not DraftState.PROPOSED:
        raise CannotRun(f"the draft {number} was {found.state} by {found.decided_by}")
    return found
