"""The ledger of a vendor: tokens that were granted for claim codes, spent, and lapsed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MOST_TOKENS = 10**15
"""In one grant or one spend; sums of thousands of them still fit into 64 bits."""


class Entry(StrEnum):
    """What a row of the ledger is: it begins a grant, takes from it, or ends it."""

    GRANT = "grant"
    SPEND = "spend"
    LAPSE = "lapse"


class GrantState(StrEnum):
    """Whether a grant can be spent at an instant, and why not."""

    GOOD = "good"
    EMPTY = "empty"
    OVER = "over"
    TO_COME = "to come"


@dataclass(frozen=True, slots=True)
class TokenGrant:
    """Tokens of one account, and how many of them are left.

    They came by one claim code, for one offer; `model` is None where any model will do. They can
    be spent from `granted` until `expires` (UTC; None for no end). `rows` counts its rows so far.
    """

    id: str
    account: str
    issuer: str
    code: str
    offer: str
    model: str | None
    granted: datetime
    expires: datetime | None
    tokens: int
    left: int
    rows: int

    def serves(self, model: str | None, at: datetime) -> bool:
        """Whether it can be spent at an instant, with a model; None: one that nobody names."""
        holds = self.granted <= at and (self.expires is None or at < self.expires)
        return holds and self.model in (None, model)

    def is_over(self, at: datetime) -> bool:
        """Whether what is left of it lapses."""
        return self.expires is not None and self.expires <= at and self.left > 0

    def state(self, at: datetime) -> GrantState:
        """What can be said of it at an instant."""
        if self.left == 0:
            return GrantState.EMPTY
        if self.serves(self.model, at):
            return GrantState.GOOD
        return GrantState.OVER if self.is_over(at) else GrantState.TO_COME


@dataclass(frozen=True, slots=True)
class Taken:
    """What is taken from one grant: a positive number of tokens, and how many it leaves."""

    grant: TokenGrant
    tokens: int

    @property
    def left(self) -> int:
        """What remains."""
        return self.grant.left - self.tokens


def spendable(grants: Iterable[TokenGrant], at: datetime) -> int:
    """How many tokens can be spent at an instant, those for one model only included."""
    return sum(grant.left for grant in grants if grant.state(at) is GrantState.GOOD)


def share(
    grants: tuple[TokenGrant, ...], tokens: int, model: str | None, at: datetime
) -> tuple[Taken, ...] | None:
    """From which grants so many tokens are spent; None where they have fewer.

    What expires first goes first, what has no end last; of two that end together the one that is
    good for one model only.
    """
    taken: list[Taken] = []
    for grant in sorted((g for g in grants if g.left and g.serves(model, at)), key=_order):
        part = min(grant.left, tokens - sum(one.tokens for one in taken))
        if part > 0:
            taken.append(Taken(grant, part))
    return tuple(taken) if sum(one.tokens for one in taken) == tokens else None


def _order(grant: TokenGrant) -> tuple[bool, float, bool, float, str]:
    ends = 0.0 if grant.expires is None else grant.expires.timestamp()
    began = grant.granted.timestamp()
    return grant.expires is None, ends, grant.model is None, began, grant.id
