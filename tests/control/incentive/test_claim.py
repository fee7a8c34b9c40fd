"""Claims of a vendor: a code is believed by its signature, and good once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from regiongate.control.incentive.claim import AlreadyClaimed, Asked, claim
from regiongate.control.incentive.code import BadCode
from regiongate.control.incentive.trust import distrust, trust
from regiongate.domain.errors import CannotRun
from regiongate.domain.offer import Condition, FormerUsage, Incentive, Kind, Offers
from regiongate.store.database import Database
from tests.support.access import said
from tests.support.appeals import AT, DAY
from tests.support.incentives import ISSUER, KEY, OFFERS, claimed, code, grants, vendor

ROOT = Path(__file__).parents[3]
FIFTH = Fraction(1, 5)


def test_a_code_brings_what_the_offer_gives(database: Database) -> None:
    """Each part of the incentive is a grant, until its time is over; the trail tells of it."""
    vendor(database)
    made = claimed(database, code(1, "mixed"))
    assert [(g.tokens, g.model, g.expires) for g in made.grants] == [
        (7, "large", AT + 5 * DAY),
        (3, None, AT + 5 * DAY),
    ]
    assert grants(database, "acme") == made.grants
    [(_, actor, detail)] = said(database, "ledger:granted")
    assert (actor, detail["account"], detail["code"]) == ("ann", "acme", f"{1:032x}")


def test_a_code_is_good_once(database: Database) -> None:
    """Whoever comes second gets nothing, whichever account it is for."""
    vendor(database)
    claimed(database, code(1))
    with pytest.raises(AlreadyClaimed, match="used by this account"):
        claimed(database, code(1))
    with pytest.raises(AlreadyClaimed, match="used by another account"):
        claimed(database, code(1), "other")
    assert len(grants(database)) == 1


def test_of_many_at_once_one_claims(database: Database) -> None:
    """Threads that claim one code at the same time, for accounts of their own: one gets it."""
    vendor(database)

    def attempt(number: int) -> bool:
        try:
            return bool(claimed(database, code(1), f"account-{number}"))
        except AlreadyClaimed:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(16))) == 1
    assert len(grants(database)) == 1


def test_of_many_processes_one_claims(database: Database, store_url: str) -> None:
    """Processes that claim the same codes for one account get each of them once between them."""
    vendor(database)
    program = "import sys; from tests.support.incentives import claims_ten as claim_them"
    command = [sys.executable, "-c", f"{program}; print(claim_them(sys.argv[1]))", store_url]
    running = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    assert sum(int(process.communicate(timeout=60)[0]) for process in running) == 10
    assert len(grants(database)) == 10


def _forged() -> str:
    body, _, signature = code(1).rpartition(".")
    return f"{body}.{signature[:10]}{'A' if signature[10] != 'A' else 'B'}{signature[11:]}"


def _respelled() -> str:
    """The last of 86 characters has four bits that mean nothing."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    right = code(1)
    return right[:-1] + letters[letters.index(right[-1]) + 1]


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (_respelled, "no claim code"),
        (_forged, "not signed with the key that example-api is trusted with"),
        (lambda: code(1, issuer="somebody"), "somebody is no trusted issuer"),
        (lambda: code(1, issued=AT.date() + DAY), "holds from 2026-06-18"),
        (lambda: code(1, issued=AT.date() - DAY, expires=AT.date()), "until 2026-06-17 begins"),
        (lambda: code(1, "none-such"), "has no offer none-such"),
        (lambda: code(1, None), "say which with --offer"),
    ],
)
def test_what_proves_nothing(database: Database, text: Callable[[], str], match: str) -> None:
    """A changed code, an unknown issuer, another time, no offer: nothing is granted."""
    vendor(database)
    with pytest.raises(CannotRun, match=match):
        claimed(database, text())
    assert grants(database) == ()


def test_an_issuer_is_trusted_with_one_key(database: Database) -> None:
    """Another key takes the word of a person that the first is believed no longer."""
    vendor(database)
    other = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key()
    with database.writing() as connection:
        trust(connection, ISSUER, KEY.public_key(), "bob", AT)
        with pytest.raises(CannotRun, match="trusted with another key"):
            trust(connection, ISSUER, other, "bob", AT)
        distrust(connection, ISSUER, "bob", AT)
        trust(connection, ISSUER, other, "bob", AT)
    with pytest.raises(BadCode, match="not signed"):
        claimed(database, code(1))
    tags = [tag for tag, _, _ in said(database, "issuer:trusted", "issuer:distrusted")]
    assert tags == ["issuer:trusted", "issuer:distrusted", "issuer:trusted"]


def test_an_offer_is_taken_up_as_it_says(database: Database) -> None:
    """What no code proves takes the vendor's word; history and what is over give nothing."""
    vendor(database)
    new_only = replace(OFFERS.each[0], conditions=(Condition.NEWLY_SWITCHING, Condition.AFFECTED))
    known = Offers("offers.yaml", (new_only,))
    with pytest.raises(CannotRun, match="--newly-switching"):
        claimed(database, code(1), offers=known)
    with database.writing() as connection:
        claim(connection, Asked(code(1), "acme", new_here=True), known, "ann", AT)
        with pytest.raises(CannotRun, match="is for the offer short, not for mixed"):
            claim(connection, Asked(code(2), "acme", "mixed"), OFFERS, "ann", AT)
    for over in (replace(new_only, kind=Kind.HISTORY), replace(new_only, closes=AT)):
        with pytest.raises(CannotRun, match="cannot be taken up"):
            claimed(database, code(2), offers=Offers("offers.yaml", (over,)))


@pytest.mark.parametrize(
    ("incentive", "match"),
    [
        (Incentive(off=FIFTH, lasts=DAY), "lower by 20%"),
        (Incentive(former_usage=FormerUsage(30 * DAY, None), lasts=DAY), "organization proves"),
        (Incentive(besides="Training."), "not counted in tokens: Training"),
        (None, "gives nothing"),
    ],
)
def test_what_is_no_number_of_tokens(
    database: Database, incentive: Incentive | None, match: str
) -> None:
    """A percentage, former usage and the rest are refused where nothing else is given."""
    vendor(database)
    known = Offers("offers.yaml", (replace(OFFERS.each[0], incentive=incentive),))
    with pytest.raises(CannotRun, match=f"(?i){match}"):
        claimed(database, code(1), offers=known)


def test_what_comes_besides_is_said(database: Database) -> None:
    """Beside tokens the rest is told, and not kept."""
    vendor(database)
    given = replace(OFFERS.each[0].incentive or Incentive(), off=FIFTH)
    known = Offers("offers.yaml", (replace(OFFERS.each[0], incentive=given),))
    assert claimed(database, code(1), offers=known).besides == (
        "Prices lower by 20% are for the bill, and are not kept.",
    )
