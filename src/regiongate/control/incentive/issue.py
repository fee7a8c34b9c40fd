"""Issue: a claim code for the organization of a case, the same again until it expires."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from regiongate.control.acting import acting
from regiongate.control.incentive.code import seal
from regiongate.control.switch.link import read_plan_link
from regiongate.domain.case import Case
from regiongate.domain.claim import DAYS, ClaimCode, require_affected
from regiongate.domain.errors import CannotRun
from regiongate.domain.role import SYSTEM, Act
from regiongate.store.hold_case import hold_case
from regiongate.store.ledger_codes import ClaimCodes, IssuedCode


@dataclass(frozen=True, slots=True)
class Signer:
    """Who issues codes: what vendors call the provider, and the key that they know."""

    issuer: str
    key: Ed25519PrivateKey


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a code is to be for: an offer (None: any), from the day of `at` on, for so many days."""

    offer: str | None
    at: datetime
    days: int = DAYS


@dataclass(frozen=True, slots=True)
class Given:
    """A code that somebody was given: its text, and whether it is `new` or was there already."""

    issued: IssuedCode
    text: str
    new: bool


def code(
    connection: sa.Connection, number: int, person: str, signer: Signer, wanted: Wanted
) -> Given:
    """The claim code of a case for an offer; a new one once the last has expired.

    Raises CannotRun when there is no such case, it is over for long, or the person may not.
    """
    actor = acting(connection, person, Act.ISSUE_CLAIM_CODE)
    case = hold_case(connection, number)
    if case is None:
        raise CannotRun(f"there is no case {number}: see regiongate case list")
    codes = ClaimCodes(connection)
    found = _standing(codes, case, signer, wanted)
    if found is not None:
        return found
    return _issue(codes, case, actor.name, signer, wanted)


def code_for_link(
    connection: sa.Connection, token: str, secret: bytes, signer: Signer, wanted: Wanted
) -> Given:
    """The claim code for whoever has the link to an organization's plan.

    One for each case and offer: a second, once that has expired, only a person gives. Raises
    BadLink for a bad link, and CannotRun where the organization has no case that proves anything.
    """
    organization = read_plan_link(token, secret, wanted.at).organization
    codes = ClaimCodes(connection)
    latest = codes.latest_case(organization)
    case = None if latest is None else hold_case(connection, latest)
    if case is None:
        raise CannotRun("there is no case about this organization: there is nothing to claim with")
    found = _standing(codes, case, signer, wanted)
    if found is not None:
        return found
    last = codes.last(case.number, wanted.offer)
    if last is not None:
        message = f"the claim code expired on {last.code.expires}: write us for another"
        raise CannotRun(message)
    return _issue(codes, case, SYSTEM, signer, wanted)


def _standing(codes: ClaimCodes, case: Case, signer: Signer, wanted: Wanted) -> Given | None:
    """The code that the case has and that can still be claimed; None: it may get one."""
    require_affected(case, wanted.at)
    last = codes.last(case.number, wanted.offer)
    if last is None or last.code.expires <= wanted.at.astimezone(UTC).date():
        return None
    if last.code.issuer != signer.issuer:
        message = f"case {case.number} has a claim code of {last.code.issuer}"
        raise CannotRun(f"{message} until {last.code.expires}: name that issuer")
    return Given(last, seal(last.code, signer.key), new=False)


def _issue(codes: ClaimCodes, case: Case, actor: str, signer: Signer, wanted: Wanted) -> Given:
    last = codes.last(case.number, wanted.offer)
    period = 1 if last is None else last.period + 1
    issued = IssuedCode(_new(signer.issuer, wanted), case.number, period)
    codes.issue(issued, case, actor, wanted.at)
    return Given(issued, seal(issued.code, signer.key), new=True)


def _new(issuer: str, wanted: Wanted) -> ClaimCode:
    day = wanted.at.astimezone(UTC).date()
    ends = day + timedelta(days=wanted.days)
    try:
        return ClaimCode(issuer, secrets.token_hex(16), day, ends, wanted.offer)
    except ValueError as error:
        raise CannotRun(str(error)) from None
