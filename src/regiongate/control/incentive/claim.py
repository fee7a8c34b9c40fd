"""Claim: a code becomes tokens of an account, once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from regiongate.control.acting import acting
from regiongate.control.audit.signed import public_key
from regiongate.control.incentive.account import require_account
from regiongate.control.incentive.code import BadCode, read, require_signed
from regiongate.control.incentive.trust import not_trusted
from regiongate.control.new_id import new_id
from regiongate.domain.claim import ClaimCode
from regiongate.domain.errors import CannotRun
from regiongate.domain.ledger import MOST_TOKENS, TokenGrant
from regiongate.domain.offer import Condition, Incentive, Offer, Offers
from regiongate.domain.role import Act
from regiongate.store.ledger import Ledger
from regiongate.store.ledger_issuers import Issuers


class AlreadyClaimed(BadCode):
    """Somebody has used the code up."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a claim brought: grants, and in sentences what the offer gives that is no tokens."""

    account: str
    offer: str
    grants: tuple[TokenGrant, ...]
    besides: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """Who claims with what: a code, for an account, for an offer (None: the code's).

    `new_here` is the vendor's own word that the account is newly switching, which no code proves.
    """

    text: str
    account: str
    offer: str | None = None
    new_here: bool = False


def claim(
    connection: sa.Connection, asked: Asked, offers: Offers, person: str, at: datetime
) -> Made:
    """Grant the tokens of an offer for a code. Two who claim one at once get it once.

    Raises BadCode for a code that proves nothing, AlreadyClaimed for a used one, and CannotRun
    where the offer cannot be taken up so, or the person may not.
    """
    actor = acting(connection, person, Act.KEEP_LEDGER)
    require_account(asked.account)
    code = _believed(connection, asked.text, at)
    offer = _offer(code, asked, offers, at)
    grants = tuple(_grants(code, asked.account, offer, at))
    ledger = Ledger(connection)
    if not ledger.claim(code, asked.account, offer.name, at):
        raise _used(ledger, code, asked.account)
    ledger.grant(grants, actor.name)
    return Made(asked.account, offer.name, grants, tuple(_besides(offer.incentive)))


def _believed(connection: sa.Connection, text: str, at: datetime) -> ClaimCode:
    code = read(text)
    issuer = Issuers(connection).get(code.issuer)
    if issuer is None:
        raise not_trusted(code.issuer)
    require_signed(text, public_key(issuer.key))
    if not code.holds(at):
        days = f"from {code.issued} until {code.expires} begins (UTC)"
        raise BadCode(f"this claim code holds {days}: ask {code.issuer} for another")
    return code


def _offer(code: ClaimCode, asked: Asked, offers: Offers, at: datetime) -> Offer:
    if code.offer is not None and asked.offer not in (None, code.offer):
        raise CannotRun(f"this claim code is for the offer {code.offer}, not for {asked.offer}")
    name = code.offer or asked.offer
    if name is None:
        raise CannotRun("this claim code is for any offer: say which with --offer")
    found = offers.named(name)
    if found is None:
        names = ", ".join(one.name for one in offers.each) or "none"
        raise CannotRun(f"{offers.file} has no offer {name}: it has {names}")
    if not found.stands(at):
        raise CannotRun(f"the offer {name} cannot be taken up at {at.astimezone(UTC).isoformat()}")
    if Condition.NEWLY_SWITCHING in found.conditions and not asked.new_here:
        message = f"the offer {name} is for who newly switches, which a claim code does not prove"
        raise CannotRun(f"{message}: look whether the account is new, then say --newly-switching")
    return found


def _grants(code: ClaimCode, account: str, offer: Offer, at: datetime) -> list[TokenGrant]:
    given = offer.incentive
    if given is None or not given.grants:
        said = " ".join(_besides(given)) or "It gives nothing."
        raise CannotRun(f"the offer {offer.name} grants no number of tokens. {said}")
    if not given.ends_said:
        raise CannotRun(f"the offer {offer.name} does not say how long tokens last: add `lasts`")
    if any(grant.tokens > MOST_TOKENS for grant in given.grants):
        raise CannotRun(f"the offer {offer.name} grants more than {MOST_TOKENS} tokens at once")
    ends = None if given.lasts is None else at + given.lasts
    who = (account, code.issuer, code.id, offer.name)
    return [
        TokenGrant(new_id("g"), *who, grant.model, at, ends, grant.tokens, grant.tokens, 1)
        for grant in given.grants
    ]


def _besides(given: Incentive | None) -> list[str]:
    """What an incentive says that the ledger does not keep, and who must see to it."""
    said = []
    if given is not None and given.former_usage is not None:
        said.append(
            "Tokens as many as were used before take a number that the organization proves:"
            " no claim code says it, so none are granted."
        )
    if given is not None and given.off is not None:
        said.append(f"Prices lower by {float(given.off):.0%} are for the bill, and are not kept.")
    if given is not None and given.besides is not None:
        said.append(f"Not counted in tokens: {given.besides}")
    return said


def _used(ledger: Ledger, code: ClaimCode, account: str) -> AlreadyClaimed:
    found = ledger.claimed(code.issuer, code.id)
    if found is None:
        raise AssertionError("a claim that stands in the way and is not there")
    whose = "this account" if found.account == account else "another account"
    when = found.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return AlreadyClaimed(f"this claim code was used by {whose} at {when}: each is good once")
