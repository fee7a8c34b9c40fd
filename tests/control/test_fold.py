"""What is older than the policy keeps it is folded; what is younger, and what is coarse, stays."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from regiongate.control.fold import Folded, fold
from regiongate.domain.appeal import Appeal, AppealState, EvidenceFile, FileKind
from regiongate.domain.audit import Tag
from regiongate.store.appeals import Appeals
from regiongate.store.audit import AuditTrail
from regiongate.store.database import Database
from regiongate.store.logs import FollowedLog, FollowedLogs, LogState, Reject
from regiongate.store.sightings import SIGHTING
from tests.support.desks import opened
from tests.support.stores import database, postgresql, store_url
from tests.support.suspensions import RULES, WARN

__all__ = ["database", "postgresql", "store_url"]

LINE = b"203.0.113.77:443 - - nonsense"
REASON = "'203.0.113.77:443' is not an address"


@pytest.fixture
def filled(database: Database) -> Database:
    """A store with a log and a decided appeal, both of the day WARN."""
    [case] = opened(database, "acme")
    with database.writing() as connection:
        logs = FollowedLogs(connection)
        logs.begin(FollowedLog("0" * 64, "access.log", 0, 0, 0, 0, LogState.OPEN, WARN))
        rejects = [Reject(0, LINE, REASON)]
        assert logs.move("0" * 64, 0, 100, lines=2, rejects=rejects, at=WARN)
        appeal = Appeal(
            *("appeal-1", case.number, "acme", AppealState.OPEN, case.steps, "we", "it@acme"),
            *(None, WARN, "organization", WARN + timedelta(days=14)),
        )
        appeals = Appeals(connection)
        appeals.open(appeal, (EvidenceFile("invoice.txt", FileKind.TEXT, b"to acme"),))
        appeals.decide(appeal, WARN, "bob", "no")
    return database


def _fold(database: Database, at: datetime) -> Folded:
    with database.writing() as connection:
        return fold(connection, RULES, actor="regiongate", at=at)


def test_what_is_old_is_folded_once(filled: Database) -> None:
    """After the time of the policy contents go, places and sightings stay, and an event says so."""
    later = WARN + RULES.keep + timedelta(seconds=1)
    assert _fold(filled, later) == Folded(1, 1, 1)
    assert _fold(filled, later) == Folded(0, 0, 0)
    with filled.reading() as connection:
        assert FollowedLogs(connection).rejects("0" * 64) == [(0, "folded", b"")]
        [file] = Appeals(connection).files("appeal-1")
        [appeal] = Appeals(connection).where(sa.true())
        sightings = connection.execute(sa.select(sa.func.count()).select_from(SIGHTING))
        *_, event = AuditTrail(connection).entries()
        assert (file.removed, appeal.mail, sightings.scalar_one()) == (later, None, 1)
    assert event.tag == Tag.ADDRESSES_FOLDED
    assert event.content is not None
    assert '"rejected_lines":1' in event.content.detail


def test_what_is_young_stays(filled: Database) -> None:
    """Up to the very time nothing is folded, and no event is written."""
    with filled.reading() as connection:
        before = AuditTrail(connection).count()
    assert _fold(filled, WARN + RULES.keep) == Folded(0, 0, 0)
    with filled.reading() as connection:
        assert FollowedLogs(connection).rejects("0" * 64) == [(0, REASON, LINE)]
        assert AuditTrail(connection).count() == before
