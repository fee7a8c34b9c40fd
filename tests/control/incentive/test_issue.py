"""Claim codes of a provider: one for each case and offer, and no word about whose it is."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from regiongate.control.incentive.code import BadCode, read, require_signed
from regiongate.control.incentive.issue import Given, Signer, Wanted, code, code_for_link
from regiongate.control.links.token import BadLink
from regiongate.control.switch.link import plan_link
from regiongate.domain.case import Step
from regiongate.domain.errors import CannotRun
from regiongate.store.database import Database
from regiongate.store.erasure import Erasure
from tests.support.access import everything, said
from tests.support.appeals import AT, DAY, restricted, step
from tests.support.cases import SECRET
from tests.support.incentives import ISSUER, KEY

SIGNER = Signer(ISSUER, KEY)


def _code(database: Database, number: int = 1, person: str = "ann", **facts: object) -> Given:
    wanted = Wanted(**{"offer": None, "at": AT, **facts})  # type: ignore[arg-type]
    with database.writing() as connection:
        return code(connection, number, person, SIGNER, wanted)


def _linked(database: Database, token: str, **facts: object) -> Given:
    wanted = Wanted(**{"offer": None, "at": AT, **facts})  # type: ignore[arg-type]
    with database.writing() as connection:
        return code_for_link(connection, token, SECRET, SIGNER, wanted)


def _token(organization: str = "acme") -> str:
    return plan_link("", organization, SECRET, AT + 100 * DAY).partition("token=")[2]


def test_a_code_says_nothing_of_whose_it_is(database: Database) -> None:
    """It holds an issuer, a random id, two days and an offer: whoever has the key checks it."""
    restricted(database)
    given = _code(database, offer="example-cloud")
    require_signed(given.text, KEY.public_key())
    body = given.text.split(".")[1]
    words = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    assert {**words, "id": "random"} == {
        "issuer": ISSUER,
        "id": "random",
        "issued": "2026-06-17",
        "expires": "2026-07-17",
        "offer": "example-cloud",
    }
    assert read(given.text) == given.issued.code


def test_a_code_is_issued_once(database: Database) -> None:
    """Asked again, or by many at once, the same one is given, and the trail tells of it once."""
    restricted(database)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: _code(database), range(4)))
    assert sorted(one.new for one in found) == [False, False, False, True]
    assert len({one.text for one in found}) == 1
    [(_, actor, detail)] = said(database, "claim-code:issued")
    assert (actor, detail["case"], detail["period"]) == ("ann", 1, 1)
    assert _code(database, offer="other").text != found[0].text


def test_a_new_code_follows_an_expired_one(database: Database) -> None:
    """A person gives the next once the last is over; a link never does."""
    restricted(database)
    first = _linked(database, _token(), days=10)
    assert _code(database, at=AT + 9 * DAY).text == first.text
    with pytest.raises(CannotRun, match="expired on 2026-06-27: write us"):
        _linked(database, _token(), at=AT + 10 * DAY)
    again = _code(database, at=AT + 10 * DAY)
    assert (again.new, again.issued.period) == (True, 2)
    assert _linked(database, _token(), at=AT + 10 * DAY).text == again.text
    assert [actor for _, actor, _ in said(database, "claim-code:issued")] == ["regiongate", "ann"]


def test_a_link_opens_its_own_case(database: Database) -> None:
    """A link of an organization without a case, or a changed one, brings no code."""
    restricted(database)
    with pytest.raises(CannotRun, match="no case about this organization"):
        _linked(database, _token("other"))
    with pytest.raises(BadLink):
        _linked(database, "1" + _token())


def test_a_case_that_is_long_over_proves_nothing(database: Database) -> None:
    """For ninety days after its release an organization still gets a code."""
    step(database, restricted(database), Step.RELEASE, AT)
    assert _code(database, at=AT + 90 * DAY).new
    with pytest.raises(CannotRun, match="was released on 2026-06-17"):
        _code(database, offer="other", at=AT + 91 * DAY)


def test_an_erased_organization_leaves_no_code(database: Database) -> None:
    """The note of which case a code was issued for goes with the case."""
    restricted(database)
    given = _code(database)
    with database.writing() as connection:
        Erasure(connection, "acme").remove()
    assert given.issued.code.id not in everything(database)


def test_what_cannot_be_issued(database: Database) -> None:
    """No case, no right, a name that is none, no length: each is told."""
    restricted(database)
    for facts, match in (
        ({"number": 9}, "no case 9"),
        ({"person": "vera"}, "to issue-claim-code takes approver or operator"),
        ({"offer": "Big Offer"}, "names no offer"),
        ({"days": 0}, "holds for 1 to 366 days"),
    ):
        with pytest.raises(CannotRun, match=match):
            _code(database, **facts)


@pytest.mark.parametrize("text", ["", "rgc1..", "rgc1.e30." + "A" * 86, "rgc1.!." + "A" * 86])
def test_other_texts_are_no_codes(text: str) -> None:
    """Whatever is no code is told to be none."""
    with pytest.raises(BadCode, match="no claim code"):
        read(text)
