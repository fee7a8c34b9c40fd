"""What the store says to a gateway, and how it knows that there is nothing new to say."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from ipaddress import ip_network

from regiongate.control.grant.correct import Located, correct
from regiongate.control.grant.exempt import Subject, exempt, withdraw
from regiongate.control.grant.terms import Terms
from regiongate.domain.audit import AuditEvent, Tag
from regiongate.domain.organization import Organization
from regiongate.domain.profile import Key, Profile
from regiongate.domain.ruling import Ruling, RulingKind
from regiongate.store.audit import AuditTrail
from regiongate.store.database import Database
from regiongate.store.organizations import Organizations
from regiongate.store.rulings import Rulings
from tests.support.suspended import REASON, suspended
from tests.support.suspensions import AT, BILLED, prepared

DAY = timedelta(days=1)
KEYS = tuple(Key(digest, None) for digest in sorted(sha256(t).digest() for t in (b"a", b"b")))
ACME = Profile("acme", "Acme", None, keys=KEYS, facts=(BILLED,))


def _in_force(database: Database, days: int = 0) -> tuple[Ruling, ...]:
    with database.reading() as connection:
        return Rulings(connection).in_force(AT + days * DAY)


def _changed(database: Database, since: int) -> tuple[bool, bool]:
    with database.reading() as connection:
        return Rulings(connection).changed(since)


def _revision(database: Database) -> int:
    with database.reading() as connection:
        return Rulings(connection).revision()


def test_what_is_in_force(database: Database) -> None:
    """Suspensions by who approved them, exemptions of each kind, corrections; until their end."""
    prepared(database, profiles=[ACME, Profile("other", "Other", None)])
    terms, network = Terms("a reason", "bob", AT + 2 * DAY), ip_network("192.0.2.0/24")
    suspended(database)
    with database.writing() as connection:
        named = exempt(connection, Subject("other"), Terms("a reason", "bob", None), AT)
        keyed = exempt(connection, Subject(key=KEYS[0].digest), terms, AT)
        exempt(connection, Subject(network=network), terms, AT + DAY)
        [moved] = correct(connection, [Located(ip_network("198.51.100.0/24"), "FR")], terms, AT)
    [correction, *exemptions, suspension] = _in_force(database)
    assert suspension == Ruling(RulingKind.SUSPENSION, "1", REASON, "bob", organization="acme")
    assert (correction.id, correction.region, correction.until) == (moved.id, "FR", AT + 2 * DAY)
    assert {one.id: (one.organization, one.key) for one in exemptions} == {
        named.exemption.id: ("other", None),
        keyed.exemption.id: (None, KEYS[0].digest),
    }
    assert [one.network for one in _in_force(database, 1) if one.network == network] == [network]
    assert [one.kind for one in _in_force(database, 2)] == ["exemption", "suspension"]


def test_who_is_registered(database: Database) -> None:
    """Organizations that have keys, with these."""
    with database.writing() as connection:
        Organizations(connection).put([ACME, Profile("other", "Other", None)], AT)
    with database.reading() as connection:
        digests = tuple(key.digest for key in KEYS)
        assert Rulings(connection).registered() == (Organization("acme", keys=digests),)


def test_what_changes_nothing_for_a_gateway(database: Database) -> None:
    """A notice moves the revision and no ruling; an exemption does; an import may move keys."""
    prepared(database, profiles=[ACME])
    begun = _revision(database)
    with database.writing() as connection:
        event = AuditEvent(AT, "regiongate", Tag.NOTICE_COMPOSED, "acme", {})
        AuditTrail(connection).write([event])
    assert (_revision(database), _changed(database, begun)) == (begun + 1, (False, False))
    with database.writing() as connection:
        made = exempt(connection, Subject("acme"), Terms("a reason", "bob", None), AT)
    assert _changed(database, begun) == (True, False)
    ruled = _revision(database)
    with database.writing() as connection:
        withdraw(connection, made.exemption.id, "bob", "no more", AT + DAY)
    assert _changed(database, ruled) == (True, False)
    with database.writing() as connection:
        event = AuditEvent(AT, "ann", Tag.ORGANIZATIONS_IMPORTED, None, {})
        AuditTrail(connection).write([event])
    assert _changed(database, ruled) == (True, True)
