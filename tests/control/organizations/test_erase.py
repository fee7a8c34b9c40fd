"""Erasure of an organization: nothing of it is left, others keep all, the trail is whole."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest
import sqlalchemy as sa

from regiongate import store
from regiongate.control.access.once import keep, once
from regiongate.control.organizations.erase import Erased, erase, pseudonym
from regiongate.control.rehearsal import transactions
from regiongate.domain.appeal import Appeal, AppealState, EvidenceFile, FileKind
from regiongate.domain.audit import Tag
from regiongate.domain.case import Case, Step
from regiongate.domain.claim import ClaimCode
from regiongate.domain.contact import Contact
from regiongate.domain.errors import CannotRun
from regiongate.domain.evidence import Evidence, EvidenceKind
from regiongate.domain.exemption import Exemption, Scope
from regiongate.domain.profile import Owner, Profile, ProfileContact
from regiongate.domain.role import Person, Role
from regiongate.store.appeals import FILE, Appeals
from regiongate.store.audit import AuditTrail, Which
from regiongate.store.cases import Cases
from regiongate.store.database import Database
from regiongate.store.demands import Demands
from regiongate.store.exemptions import Exemptions
from regiongate.store.ledger_codes import ClaimCodes, IssuedCode
from regiongate.store.notice_tables import ATTEMPT, BOUNCE
from regiongate.store.people import People
from regiongate.store.schema import METADATA
from regiongate.store.suspension_tables import APPROVAL
from regiongate.store.suspensions import Proposal, Suspensions
from tests.support.audit_trails import verified
from tests.support.demands import demand, demands
from tests.support.desks import announced
from tests.support.profiles import fact, holding, key
from tests.support.stores import database, postgresql, store_url
from tests.support.suspensions import AT, BLOCK, NOTICE_ID, WARN, prepared

__all__ = ["database", "postgresql", "store_url"]

SECRET = bytes(range(32))
PROFILE = Profile(
    "acme",
    "Acme Incorporated",
    "pro",
    (ProfileContact(Contact("it@acme.example", "en"), verified=True),),
    keys=(key("acme-1", "sk-acme"),),
    facts=(fact(),),
    holdings=(holding("acme", "jane"),),
    owners=(Owner("jane", "Jane Acme", "CN"),),
)
ROOT = Person("root", Role.ADMIN)


def _erase(database: Database, organization: str = "acme", **facts: Any) -> Erased:
    usual: dict[str, Any] = {
        "person": "root",
        "reason": "they asked for it",
        "despite_open_case": False,
        "secret": SECRET,
        "at": AT,
    }
    with database.writing() as connection:
        return erase(connection, organization, **(usual | facts))


def _lived(database: Database) -> Case:
    """A case of acme with everything that a case can have, up to a suspension; and globex."""
    case = prepared(database, profiles=[PROFILE])
    announced(database, "globex")
    with database.writing() as connection:
        People(connection).add(ROOT, WARN, "regiongate")
        issued = ClaimCode("example-api", "0" * 32, AT.date(), AT.date() + timedelta(days=1), None)
        ClaimCodes(connection).issue(IssuedCode(issued, case.number, 1), case, "root", AT)
        cases = Cases(connection)
        cases.note(case, AT, "ann", "acme called")
        _appeal(connection, case)
        _tried(connection)
        Demands(connection).add(demands([demand("acme"), demand("globex")]))
        assert once(connection, "ann", "key-1", "0" * 64, AT) is None
        keep(connection, "ann", "key-1", 200, {}, b"a case of acme")
        case = cases.take(case, Step.PROPOSE, AT, "ann", "acme does not answer")
        kinds = (EvidenceKind.BILLING, EvidenceKind.TRAFFIC)
        evidence = tuple(Evidence(kind, BLOCK, AT, {"of": "acme"}) for kind in kinds)
        proposal = Proposal(case.number, case.steps, "ann", AT, "acme", NOTICE_ID, evidence)
        suspensions = Suspensions(connection)
        suspensions.propose(proposal)
        suspensions.approve(case, proposal, "bob", AT, (evidence[0], evidence[1]))
        return cases.take(case, Step.SUSPEND, AT, "ann", "acme")


def _appeal(connection: sa.Connection, case: Case) -> None:
    appeal = Appeal(
        *("appeal-1", case.number, "acme", AppealState.OPEN, case.steps, "we at acme", "it@acme"),
        *(None, BLOCK, "organization", BLOCK + timedelta(days=14)),
    )
    invoice = EvidenceFile("invoice.txt", FileKind.TEXT, b"to acme")
    appeals = Appeals(connection)
    appeals.open(appeal, (invoice,))
    exemption = Exemption(
        *("exemption-1", Scope.ORGANIZATION, "acme", None, None, "acme is right", "bob", BLOCK),
        *(AT, AT, "bob", "acme was wrong"),
        appeal="appeal-1",
        holder="acme",
    )
    Exemptions(connection).grant(exemption)
    appeals.decide(appeal, AT, "bob", "acme is right", exemption="exemption-1")


def _tried(connection: sa.Connection) -> None:
    """An attempt to send a notice to acme, and a bounce of it."""
    attempt = {"number": 1, "claim": "w", "at": AT, "fate": "accepted", "reply": "acme thanks"}
    bounce = {
        "digest": "0" * 64,
        "recipient": "it@acme.example",
        "recognized": "envelope-id",
        "action": "failed",
        "status": "5.1.1",
        "diagnostic": "no it@acme.example here",
        "read_at": AT,
    }
    for table, row in ((ATTEMPT, attempt), (BOUNCE, bounce)):
        connection.execute(sa.insert(table).values(notice=NOTICE_ID, **row))


def _mentions(database: Database, *words: str) -> list[str]:
    """The tables in which a word stands anywhere."""
    found = []
    with database.reading() as connection:
        for name, table in METADATA.tables.items():
            rows = str([tuple(row) for row in connection.execute(sa.select(table))]).casefold()
            found += [f"{name}: {word}" for word in words if word in rows]
    return found


ABOUT_NOBODY = {
    *("audit_event", "audit_head", "case_transition", "evidence_kind", "person"),
    *("saved_file", "followed_log", "rejected_line", "correction"),
    *("access_token", "login_session", "login_code", "policy_draft"),
    *("trusted_issuer", "ledger_account", "claim", "token_grant", "token_spend", "ledger_row"),
}
"""Tables whose rows are about no organization."""


def _rows(database: Database, table: sa.Table) -> int:
    with database.reading() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def test_nothing_is_left(database: Database) -> None:
    """After an erasure no row of any table names the organization, its owners or its people."""
    case = _lived(database)
    assert (_rows(database, APPROVAL), _rows(database, FILE)) == (1, 1)
    before = _mentions(database, "globex")
    found = _erase(database, despite_open_case=True)
    assert _mentions(database, "acme", "jane") == []
    assert _mentions(database, "globex") == before
    assert case.number == found.removed["cases"] == found.removed["appeals"] == 1


def test_no_table_is_forgotten(database: Database) -> None:
    """Whoever adds a table fills it above, or says that it is about nobody."""
    for module in iter_modules(store.__path__):
        import_module(f"{store.__name__}.{module.name}")
    _lived(database)
    empty = {name for name, table in METADATA.tables.items() if not _rows(database, table)}
    assert empty - ABOUT_NOBODY == set()


def test_the_trail_stays_whole(database: Database) -> None:
    """The erased contents are accounted for by an event that names a pseudonym."""
    _lived(database)
    found = _erase(database, despite_open_case=True)
    after = verified(database)
    assert (after.troubles, after.erased) == ((), found.removed["events"])
    with database.reading() as connection:
        which = Which(tags=(Tag.ORGANIZATION_ERASED.value,))
        [event] = AuditTrail(connection).entries(which)
    assert event.content is not None
    assert (event.content.actor, event.content.organization) == ("root", None)
    assert pseudonym("acme", SECRET) in event.content.detail
    assert "suspended" in event.content.detail


def test_contents_that_name_it_elsewhere_go_too(database: Database) -> None:
    """What an event about another organization says of it goes; a longer id is another one."""
    announced(database, "acme", "acme-2")
    with database.writing() as connection:
        People(connection).add(ROOT, WARN, "regiongate")
        cases = Cases(connection)
        case = cases.open_of("acme-2")
        assert case is not None
        cases.take(case, Step.EXEMPT, AT, "bob", "x", detail={"owners": ["acme", "initech"]})
    _erase(database, despite_open_case=True)
    assert not verified(database).troubles
    with database.reading() as connection:
        left = AuditTrail(connection).entries(Which(organization="acme-2"))
        assert Tag.CASE_FOUND in [entry.tag for entry in left]
        assert '"acme"' not in str(_mentions(database, '"acme"'))


def test_an_open_case_is_in_the_way(database: Database) -> None:
    """A case that is not released is not lost by accident."""
    _lived(database)
    with pytest.raises(CannotRun, match=r"case 1 of acme is suspended.*--despite-open-case"):
        _erase(database)
    assert _mentions(database, "acme incorporated")


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"organization": "nobody"}, "nothing is kept of 'nobody'"),
        ({"reason": " "}, "needs a reason"),
        ({"reason": "ACME asked"}, "cannot name 'acme'"),
        ({"person": "bob"}, "to erase takes admin"),
        ({"person": "mallory"}, "mallory"),
    ],
)
def test_refusals(database: Database, facts: dict[str, Any], words: str) -> None:
    """Only an admin erases, an organization that is known, with a reason that does not name it."""
    _lived(database)
    with pytest.raises(CannotRun, match=words):
        _erase(database, **({"despite_open_case": True} | facts))
    assert _mentions(database, "acme incorporated")


def test_a_rehearsal_changes_nothing(database: Database) -> None:
    """A rehearsal finds what would go, and all of it stays."""
    _lived(database)
    before = verified(database)
    with transactions(database, rehearsed=True) as transaction, transaction() as connection:
        found = erase(
            connection,
            "acme",
            person="root",
            reason="they asked",
            despite_open_case=True,
            secret=SECRET,
            at=AT,
        )
    assert found.removed["notices"] == 1
    assert verified(database) == before


def test_a_pseudonym_needs_the_secret() -> None:
    """Another secret gives another pseudonym, so ids cannot be tried."""
    assert pseudonym("acme", SECRET) == pseudonym("acme", SECRET) != pseudonym("acme", bytes(32))
