"""Exemptions and corrections: granted by approvers, once each, ended by themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

import pytest

from regiongate.control.grant import correct, exempt
from regiongate.control.grant.correct import Located
from regiongate.control.grant.exempt import Subject
from regiongate.control.grant.network_of import network_of, region_of
from regiongate.control.grant.terms import Terms
from regiongate.domain.audit import Tag
from regiongate.domain.case import CaseState
from regiongate.domain.errors import CannotRun
from regiongate.domain.exemption import Scope
from regiongate.domain.profile import Key
from regiongate.store.database import Database
from regiongate.store.exemptions import Corrections, Exemptions
from regiongate.store.organizations import Organizations
from tests.support.appeals import AT, DAY, DESK, case_now, restricted, staffed, told, trail

UNTIL = AT + timedelta(days=60)
TERMS = Terms("A hospital.", "bob", UNTIL)
ACME = Subject(organization="acme")
DIGEST = sha256(b"sk-acme").digest()


def _grant(
    database: Database, subject: Subject = ACME, terms: Terms = TERMS, at: datetime = AT
) -> exempt.Granted:
    with database.writing() as connection:
        return exempt.exempt(connection, subject, terms, at)


def test_an_open_case_becomes_exempt(database: Database) -> None:
    """The case of an exempt organization is exempt, and so is the organization, until the end."""
    case = restricted(database)
    granted = _grant(database)
    assert granted.case == case_now(database, case)
    assert granted.case is not None and granted.case.state is CaseState.EXEMPT
    with database.reading() as connection:
        known = Exemptions(connection)
        assert known.in_force(AT) == known.in_force(UNTIL - DAY) == [granted.exemption]
        assert known.in_force(UNTIL) == known.in_force(AT - DAY) == []
    assert [row[:2] for row in trail(database, Tag.EXEMPTION_GRANTED, Tag.CASE_EXEMPTED)] == [
        ("exemption:granted", "bob"),
        ("case:exempted", "bob"),
    ]


def test_keys_and_networks_leave_the_case(database: Database) -> None:
    """An exemption of a key or a network is no exemption of its organization."""
    case = restricted(database)
    with database.writing() as connection:
        books = Organizations(connection)
        profile = books.get("acme")
        assert profile is not None
        books.put([replace(profile, keys=(Key(DIGEST, "sk-ac"),))], AT)
    key = _grant(database, Subject(key=DIGEST)).exemption
    network = _grant(database, Subject(network=network_of("20.0.1.7"), holder="acme")).exemption
    assert (key.scope, key.holder, key.subject) == (Scope.KEY, "acme", DIGEST.hex())
    assert (network.scope, network.holder, network.subject) == (
        *(Scope.NETWORK, "acme"),
        "20.0.1.7/32",
    )
    assert case_now(database, case).state is CaseState.RESTRICTED
    with database.reading() as connection:
        assert set(Exemptions(connection).in_force(AT)) == {key, network}
    details = [row[2] for row in trail(database, Tag.EXEMPTION_GRANTED)]
    assert DIGEST.hex() not in details[0] and '"20.0.1.0/24"' in details[1]


@pytest.mark.parametrize(
    ("subject", "terms", "why"),
    [
        (ACME, replace(TERMS, approver="ann"), "ann is operator"),
        (ACME, replace(TERMS, approver="eve"), "nobody here is called 'eve'"),
        (ACME, replace(TERMS, reason=" "), "needs a reason"),
        (ACME, replace(TERMS, until=AT), "it would be over"),
        (ACME, replace(TERMS, until=UNTIL.replace(microsecond=5)), "no whole second"),
        (Subject(organization="acne"), TERMS, "no organization 'acne': import it"),
        (Subject(key=DIGEST, holder="acne"), TERMS, "no organization 'acne': import it"),
    ],
)
def test_what_is_refused(database: Database, subject: Subject, terms: Terms, why: str) -> None:
    """Who may not, an end that has come, and names that nobody knows change nothing."""
    case = restricted(database)
    with pytest.raises(CannotRun, match=why):
        _grant(database, subject, terms)
    assert case_now(database, case) == case
    assert trail(database, Tag.EXEMPTION_GRANTED) == []


def test_one_at_a_time(database: Database) -> None:
    """A second one is refused, unless it takes the place of the first."""
    case = restricted(database)
    first = _grant(database).exemption
    with pytest.raises(CannotRun, match=f"exempt already, until .*{first.id}, by bob.*--replace"):
        _grant(database)
    second = _grant(database, terms=replace(TERMS, until=None, replaces=True), at=AT + DAY)
    assert second.replaced is not None and second.replaced.id == first.id
    assert case_now(database, case).steps == case.steps + 1
    with database.reading() as connection:
        assert Exemptions(connection).in_force(AT + DAY) == [second.exemption]


def test_it_ends_by_itself(database: Database) -> None:
    """At its end it is ended once, and its case lapses; nothing is left to do then."""
    case = restricted(database)
    one = _grant(database).exemption
    for at, ended in ((UNTIL - DAY, []), (UNTIL, [one.id]), (UNTIL + DAY, [])):
        with database.writing() as connection:
            assert [each.id for each in exempt.end_due(connection, at)] == ended
    assert case_now(database, case).state is CaseState.FOUND
    [(tag, actor, _)] = trail(database, Tag.EXEMPTION_ENDED)
    assert (tag, actor) == ("exemption:ended", "regiongate")


def test_what_is_over_makes_room(database: Database) -> None:
    """Where nobody has ended it yet, one whose time is over is no reason to refuse another."""
    case = restricted(database)
    _grant(database)
    _grant(database, terms=replace(TERMS, until=UNTIL + DAY), at=UNTIL)
    assert case_now(database, case).state is CaseState.EXEMPT


def test_it_is_withdrawn(database: Database) -> None:
    """An approver ends it early, once, with a reason; the case lapses."""
    case = restricted(database)
    one = _grant(database).exemption
    for person, reason, why in (("ann", "x", "operator"), ("carla", "", "needs a reason")):
        with pytest.raises(CannotRun, match=why), database.writing() as connection:
            exempt.withdraw(connection, one.id, person, reason, AT + DAY)
    with database.writing() as connection:
        ended, lapsed = exempt.withdraw(connection, one.id, "carla", "No hospital.", AT + DAY)
    assert (ended.ended, ended.ended_by, ended.ended_reason) == (AT + DAY, "carla", "No hospital.")
    assert lapsed == case_now(database, case)
    assert lapsed is not None and lapsed.state is CaseState.FOUND
    for name, why in ((one.id, "has ended already"), ("e-none", "no exemption e-none")):
        with pytest.raises(CannotRun, match=why), database.writing() as connection:
            exempt.withdraw(connection, name, "carla", "Again.", AT + DAY)


def test_its_end_is_told_ahead(database: Database) -> None:
    """The holder hears once of the end of its exemption, as long before it as the policy says."""
    restricted(database)
    one = _grant(database).exemption
    ahead = UNTIL - DESK.rules.exemption_ahead
    for at, count in ((ahead - DAY, 0), (ahead, 1), (ahead + DAY, 0), (UNTIL, 0)):
        with database.writing() as connection:
            assert len(exempt.due_notices(connection, DESK, at)) == count
    assert told(database) == [("exemption-ending", one.id)]


def test_corrections(database: Database) -> None:
    """Networks are elsewhere until the end; what contradicts itself or another is refused."""
    staffed(database)
    wide, narrow = (
        Located(network_of("20.0.0.0/16"), "FR"),
        Located(network_of("20.0.1.0/24"), "IT"),
    )
    with database.writing() as connection:
        made = correct.correct(connection, [wide, narrow], TERMS, AT)
    with database.reading() as connection:
        assert set(Corrections(connection).in_force(AT)) == set(made)
        assert Corrections(connection).in_force(UNTIL) == []
    spain = replace(narrow, region="ES")
    for located, terms, why in (
        ([narrow, spain], replace(TERMS, replaces=True), "said to be in IT and in ES"),
        ([spain], TERMS, "corrected to IT already"),
        ([], TERMS, "name one"),
        ([spain], replace(TERMS, approver="vera"), "vera is viewer"),
    ):
        with pytest.raises(CannotRun, match=why), database.writing() as connection:
            correct.correct(connection, located, terms, AT)
    with database.writing() as connection:
        correct.withdraw(connection, made[0].id, "bob", "It moved.", AT + DAY)
    with database.writing() as connection:
        assert [one.id for one in correct.end_due(connection, UNTIL)] == [made[1].id]
        assert correct.end_due(connection, UNTIL) == []
    assert [row[1] for row in trail(database, Tag.CORRECTION_ENDED)] == ["bob", "regiongate"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("nonsense", "is not a network: write it as"),
        ("20.0.1.7/24", "without bits after the prefix"),
        ("0.0.0.0/0", "wider than the network of any one holder"),
        ("10.0.0.0/24", "10.0.0.0/8"),
        ("::ffff:20.0.1.0/120", "IPv4 carried in IPv6"),
    ],
)
def test_networks_that_nobody_decides_about(text: str, why: str) -> None:
    """A decision is about the network of one holder, as a gateway looks it up."""
    with pytest.raises(CannotRun, match=why):
        network_of(text)


def test_regions_that_nobody_knows() -> None:
    """A code that ISO does not know is refused with what to write."""
    assert region_of("UA-43") == "UA-43"
    with pytest.raises(CannotRun, match="write GB"):
        region_of("UK")


def test_all_that_speaks_against_corrections_is_told_at_once(database: Database) -> None:
    """Each network that contradicts another, or is corrected already, is named."""
    staffed(database)
    first, second, third = (
        correct.Located(network_of(f"20.0.{number}.0/24"), "FR") for number in range(3)
    )
    with database.writing() as connection:
        correct.correct(connection, [first, second], TERMS, AT)
    there = correct.Located(third.network, "DE")
    with database.writing() as connection, pytest.raises(CannotRun) as refused:
        correct.correct(connection, [first, second, third, there], TERMS, AT)
    for network in (first.network, second.network, third.network):
        assert str(network) in str(refused.value)
