"""Profiles of organizations: what is put is found again, and what is told anew takes its place."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
import sqlalchemy as sa

from regiongate.domain.profile import Owner, Profile
from regiongate.store.contradiction import (
    Contradicted,
    KeyOfAnother,
    OwnerIsOrganization,
    UnknownOwner,
)
from regiongate.store.database import Database
from regiongate.store.organization_tables import OWNER
from regiongate.store.organizations import Organizations
from regiongate.store.profile_rows import rows_of
from regiongate.store.take_in import TakenIn, take_in
from tests.support.profiles import ACME, BETA, NOON, contact, fact, holding, key

LATER = NOON + timedelta(days=1)
_BOUNCED = "5.1.1 no such mailbox"


def _put(database: Database, *profiles: Profile) -> TakenIn:
    with database.writing() as connection:
        return Organizations(connection).put(profiles, NOON)


def _get(database: Database, name: str) -> Profile | None:
    with database.reading() as connection:
        return Organizations(connection).get(name)


def test_what_is_put_is_found(database: Database) -> None:
    """Every part of a profile comes back as it was, owners and circular holdings too."""
    assert _put(database, ACME, BETA) == TakenIn(new=2, changed=0, unchanged=0)
    assert _get(database, "acme") == ACME
    beta = _get(database, "beta")
    assert beta is not None
    assert beta.holdings == BETA.holdings
    assert _get(database, "nobody") is None
    with database.reading() as connection:
        organizations = Organizations(connection)
        assert list(organizations.keys()) == [("acme", one.digest) for one in ACME.keys]
        assert set(organizations.holdings()) == {*ACME.holdings, *BETA.holdings}
        assert tuple(organizations.owners()) == ACME.owners
        found = list(organizations.entries())
        assert [(one.id, one.contacts, one.keys, one.facts) for one in found] == [
            ("acme", 2, 2, 2),
            ("beta", 0, 0, 0),
        ]
        assert [one.id for one in organizations.entries(after="acme", most=5)] == ["beta"]
        assert organizations.count() == 2


def test_the_same_again_changes_nothing(database: Database) -> None:
    """Who is told of with the same words stays as they are."""
    _put(database, ACME, BETA)
    assert _put(database, ACME) == TakenIn(new=0, changed=0, unchanged=1)
    assert _get(database, "acme") == ACME


@pytest.mark.parametrize(
    "other",
    [
        replace(ACME, name="Acme & Co"),
        replace(ACME, plan=None),
        replace(ACME, contacts=ACME.contacts[::-1]),
        replace(ACME, contacts=(contact("new@acme.example"),)),
        replace(ACME, keys=(key("three"),)),
        replace(ACME, keys=()),
        replace(ACME, facts=(fact(),)),
        replace(ACME, holdings=(), owners=()),
        replace(ACME, owners=(Owner("h1", "Other", "SG"), *ACME.owners[1:])),
        replace(ACME, holdings=(holding("acme", "h1", Fraction(1, 4)), *ACME.holdings[1:])),
    ],
)
def test_what_is_told_takes_the_place_of_what_is_known(database: Database, other: Profile) -> None:
    """A part that is told otherwise is as it is told, and others who are not told of stay."""
    _put(database, ACME, BETA)
    assert _put(database, other) == TakenIn(new=0, changed=1, unchanged=0)
    assert _get(database, "acme") == other
    beta = _get(database, "beta")
    assert beta is not None
    assert beta.holdings[0] == BETA.holdings[0]


def test_what_is_not_told_stays(database: Database) -> None:
    """Where facts, holdings and owners are not told at all, those that are known stay."""
    _put(database, ACME)
    short = Profile("acme", "Acme", "free")
    with database.writing() as connection:
        assert take_in(connection, rows_of([short], dossier=False), LATER).changed == 1
    assert _get(database, "acme") == replace(ACME, name="Acme", plan="free", contacts=(), keys=())


def test_a_bad_contact_stays_bad(database: Database) -> None:
    """Whatever else is told of it; another address is another contact."""
    _put(database, ACME)
    with database.writing() as connection:
        organizations = Organizations(connection)
        assert organizations.mark_bad("acme", "it@acme.example", NOON, _BOUNCED)
        assert not organizations.mark_bad("acme", "it@acme.example", LATER, "again")
        assert not organizations.mark_bad("acme", "who@acme.example", NOON, _BOUNCED)
    fresh = (contact("new@acme.example"), contact("it@acme.example", "en", verified=False))
    _put(database, replace(ACME, contacts=fresh))
    with database.reading() as connection:
        new, known = Organizations(connection).contacts("acme")
    assert (new.bad_since, new.bad_reason) == (None, None)
    assert (known.contact.language, known.verified) == ("en", False)
    assert (known.bad_since, known.bad_reason) == (NOON, _BOUNCED)
    _put(database, replace(ACME, contacts=fresh[:1]))
    _put(database, replace(ACME, contacts=fresh))
    with database.reading() as connection:
        assert Organizations(connection).contacts("acme")[1].bad_since is None


def test_a_key_moves_when_both_say_so(database: Database) -> None:
    """Whoever is told without it gives it away; it cannot be taken from who is not told of."""
    _put(database, ACME, BETA)
    wanted = replace(BETA, keys=ACME.keys[:1])
    with pytest.raises(Contradicted) as caught:
        _put(database, wanted)
    assert caught.value.found == (KeyOfAnother("beta", ACME.keys[0].digest.hex(), "acme"),)
    assert _get(database, "acme") == ACME
    _put(database, wanted, replace(ACME, keys=ACME.keys[1:]))
    found = _get(database, "beta")
    assert found is not None
    assert found.keys == ACME.keys[:1]


def test_owners_that_nobody_needs_are_forgotten(database: Database) -> None:
    """From every owner a chain leads to an organization, through circles too."""
    _put(database, ACME, BETA)
    with database.writing() as connection:
        assert Organizations(connection).remove("acme")
        assert not Organizations(connection).remove("acme")
        assert connection.execute(sa.select(OWNER)).all() == []
        assert Organizations(connection).holdings() == []


def test_an_unknown_owner_is_refused(database: Database) -> None:
    """Who owns is an owner that is described, or an organization."""
    with pytest.raises(Contradicted) as caught:
        _put(database, BETA)
    assert caught.value.found == (UnknownOwner("beta", "acme"),)
    assert _get(database, "beta") is None


def test_an_owner_can_become_an_organization(database: Database) -> None:
    """Then its own profile speaks for it, and describing it as an owner is refused."""
    _put(database, ACME)
    _put(database, Profile("h1", "Holding One", None))
    found = _get(database, "acme")
    assert found is not None
    assert found.owners == ()
    assert found.holdings == (holding("acme", "h1"),)
    with pytest.raises(Contradicted) as caught:
        _put(database, ACME)
    assert caught.value.found == (OwnerIsOrganization("h1"),)
