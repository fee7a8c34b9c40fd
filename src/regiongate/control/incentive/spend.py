"""Spend: an account uses tokens, what expires first first, and never more than it has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from regiongate.control.acting import acting
from regiongate.domain.errors import CannotRun
from regiongate.domain.ledger import MOST_TOKENS, share
from regiongate.domain.role import Act
from regiongate.store.ledger import Ledger, Spent

_LONGEST_ID = 255


class NotEnough(CannotRun):
    """An account has fewer tokens than are to be spent; nothing was spent."""


@dataclass(frozen=True, slots=True)
class Done:
    """A spend; not `new` where the same had been done before, and nothing was changed now."""

    spent: Spent
    new: bool


def spend(connection: sa.Connection, asked: Spent, person: str, at: datetime) -> Done:
    """Take tokens from the grants of an account, once for each id of a spend.

    Raises NotEnough, and CannotRun where the id stands for another spend, the account has never
    had tokens, or the person may not.
    """
    actor = acting(connection, person, Act.KEEP_LEDGER)
    if not 1 <= asked.tokens <= MOST_TOKENS:
        raise CannotRun(f"{asked.tokens} tokens cannot be spent: from 1 to {MOST_TOKENS} can")
    if not 1 <= len(asked.id) <= _LONGEST_ID:
        raise CannotRun(f"the id of a spend has 1 to {_LONGEST_ID} characters")
    ledger = Ledger(connection)
    if not ledger.hold(asked.account):
        raise CannotRun(f"the account {asked.account} has no tokens: it has claimed none")
    before = ledger.spent(asked.account, asked.id)
    if before is not None:
        return Done(_same(before, asked), new=False)
    taken = share(ledger.grants(asked.account), asked.tokens, asked.model, at)
    if taken is None:
        usable = sum(g.left for g in ledger.grants(asked.account) if g.serves(asked.model, at))
        what = "for any model" if asked.model is None else f"for {asked.model}"
        message = f"the account {asked.account} has {usable} tokens {what} at"
        when = at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
        raise NotEnough(f"{message} {when}, not {asked.tokens}: nothing was spent")
    ledger.spend(asked, taken, actor.name)
    return Done(asked, new=True)


def _same(before: Spent, asked: Spent) -> Spent:
    if (before.tokens, before.model) != (asked.tokens, asked.model):
        message = f"the spend {asked.id} of {asked.account} was one of {before.tokens} tokens"
        what = "no model named" if before.model is None else f"model {before.model}"
        raise CannotRun(f"{message} ({what}): give another spend another id")
    return before
