"""A case that can be suspended, one fact changed: restricted, told of, with evidence and people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import sqlalchemy as sa

from regiongate.control.notices.told import Told
from regiongate.domain.case import Case, Step
from regiongate.domain.case_rules import CaseRules
from regiongate.domain.measure import Measure, Phase
from regiongate.domain.policy import Policy
from regiongate.domain.profile import Fact, FactKind, Profile
from regiongate.domain.role import Person, Role
from regiongate.domain.sighting import Sighting
from regiongate.store.cases import Cases, Seen
from regiongate.store.database import Database
from regiongate.store.notice_tables import NOTICE
from regiongate.store.organizations import Organizations
from regiongate.store.people import People
from regiongate.store.sightings import Sightings
from tests.support.cases import CHINESE, FRENCH, sees
from tests.support.sightings import sighting, table
from tests.support.surveys import example

RUSSIAN, IRANIAN = "20.0.3.0/24", "20.0.4.0/24"
WARN = datetime(2026, 6, 1, tzinfo=UTC)
BLOCK = datetime(2026, 6, 15, tzinfo=UTC)
SUSPEND = datetime(2026, 7, 15, tzinfo=UTC)
AT = datetime(2026, 7, 20, tzinfo=UTC)

TABLES = (sees({FRENCH: "FR", CHINESE: "CN", RUSSIAN: "RU", IRANIAN: "IR"}),)
"""What the only source of the policy says."""

RULES = CaseRules(
    api="Example API",
    site="https://access.example.com",
    look_back=timedelta(days=90),
    reminders=(timedelta(days=7),),
    exemption_ahead=timedelta(days=14),
    appeal_within=timedelta(days=14),
    keep=timedelta(days=365),
    evidence_over=timedelta(days=14),
    traffic_share=Fraction(1, 2),
    many_countries=3,
    anonymizer_share=Fraction(1, 2),
    owned_share=Fraction(1, 2),
)
PEOPLE = (
    Person("ann", Role.OPERATOR),
    Person("bob", Role.APPROVER),
    Person("carla", Role.APPROVER),
    Person("vera", Role.VIEWER),
)
BILLED = Fact(FactKind.BILLING, "CN", date(2025, 1, 1), None, "invoices", date(2025, 6, 1))
NOTICE_ID = "n" * 22


@dataclass
class Desk:
    """Keeps what it was told to write."""

    told: list[tuple[int, Told]] = field(default_factory=list)

    def write(
        self,
        connection: sa.Connection,
        cases: Sequence[Case],
        told: Told,
        at: datetime,
        *,
        actor: str = "",
    ) -> list[str]:
        """Note it."""
        self.told += [(case.number, told) for case in cases]
        return [f"{case.number}-{told.event}" for case in cases]


def policy(**facts: Any) -> Policy:
    """The example policy with dates and rules for cases."""
    dates = ((Phase.WARN, WARN), (Phase.BLOCK, BLOCK), (Phase.SUSPEND, SUSPEND))
    found = example()
    location = replace(found.location, sources=("source-0",), agree=1, stale_from=())
    usual: dict[str, Any] = {
        "measure": Measure("UTC", dates),
        "cases": RULES,
        "networks": (),
        "location": location,
    }
    return replace(found, **(usual | facts))


def used(day: datetime, **facts: Any) -> Sighting:
    """Requests of acme from China on the day of an instant."""
    noon = day.replace(hour=12)
    usual: dict[str, Any] = {
        "region": "CN",
        "network": CHINESE,
        "day": day.date(),
        "requests": 10,
        "unsupported": 10,
        "disputed": 0,
        "first": noon,
        "last": noon,
        "warned": 0,
        "blocked": 10,
    }
    return sighting(**(usual | facts))


LONG = (used(AT - timedelta(days=20)), used(AT - timedelta(days=2)))
"""Traffic that lasted for long enough."""


def prepared(
    database: Database,
    *,
    seen: Iterable[Sighting] = LONG,
    profiles: Iterable[Profile] = (Profile("acme", "Acme", None, facts=(BILLED,)),),
    delivered: bool = True,
) -> Case:
    """A restricted case of acme, with what it rests on in the store."""
    with database.writing() as connection:
        for person in PEOPLE:
            People(connection).add(person, WARN, "regiongate")
        Sightings(connection).add(table(seen))
        Organizations(connection).put(profiles, WARN)
        cases = Cases(connection)
        found = Seen("acme", 20, 20, WARN, AT - timedelta(days=2))
        [case] = cases.find([found], WARN, "regiongate", "seen")
        case = cases.take(case, Step.NOTICE, WARN, "regiongate", "told")
        case = cases.take(case, Step.RESTRICT, BLOCK, "regiongate", "the day")
        if delivered:
            deliver(connection, case.number)
    return case


def deliver(connection: sa.Connection, case: int, notice: str = NOTICE_ID, **facts: Any) -> None:
    """Let an announcement have been delivered in a case."""
    row: dict[str, Any] = {
        "id": notice,
        "case": case,
        "organization": "acme",
        "event": "announcement",
        "occasion": "",
        "round": 1,
        "address": "it@acme.example",
        "asked": "en",
        "language": "en",
        "subject": "Access ends",
        "told": "{}",
        "composed_at": WARN,
        "message_id": f"<{notice}@example.com>",
        "return_path": "bounces@example.com",
        "digest": "0" * 64,
        "state": "accepted",
        "attempts": 1,
        "begun_at": WARN,
        "reply_code": 250,
        "reply": "2.0.0 taken",
        "accepted_at": WARN,
    }
    connection.execute(sa.insert(NOTICE).values(row | facts))
