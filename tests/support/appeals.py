"""A world of appeals: people, an organization with a restricted case, and a desk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import sqlalchemy as sa

from regiongate.control.appeal.open import Opened, open_by_link
from regiongate.control.appeal.sitting import Sitting
from regiongate.control.appeal.statement import statement
from regiongate.control.links.appeal import appeal_link
from regiongate.domain.appeal import Appeal
from regiongate.domain.audit import Tag
from regiongate.domain.case import Case, Step
from regiongate.domain.role import Person, Role
from regiongate.store.appeals import Appeals
from regiongate.store.audit_tables import CONTENT, EVENT
from regiongate.store.cases import Cases
from regiongate.store.database import Database
from regiongate.store.notice_tables import NOTICE
from regiongate.store.people import People
from tests.support.cases import BLOCK, SECRET, WARN, desk_of, know, policy
from tests.support.desks import opened as found_case

AT = BLOCK + timedelta(days=2)
DAY = timedelta(days=1)
DESK = desk_of(policy())
PEOPLE = (
    Person("ann", Role.OPERATOR),
    Person("bob", Role.APPROVER),
    Person("carla", Role.APPROVER),
    Person("dan", Role.APPROVER),
    Person("vera", Role.VIEWER),
)
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 17 + b"\x00\x00\x00\x00IEND\xaeB`\x82"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
FEED = b"# ours\n20.0.1.0/24,FR,FR-IDF,Paris,\n"


def staffed(database: Database) -> None:
    """People work here."""
    with database.writing() as connection:
        for person in PEOPLE:
            People(connection).add(person, WARN, "regiongate")


def restricted(database: Database, name: str = "acme") -> Case:
    """A restricted case of an organization that the books know, in a house with people."""
    staffed(database)
    know(database, name)
    [case] = found_case(database, name)
    return step(database, case, Step.RESTRICT, BLOCK)


def step(
    database: Database, case: Case, move: Step, at: datetime = AT - DAY, actor: str = "ann"
) -> Case:
    """The case after one step."""
    with database.writing() as connection:
        return Cases(connection).take(case, move, at, actor, f"to {move}")


@contextmanager
def sitting(database: Database, at: datetime = AT) -> Iterator[Sitting]:
    """A transaction in which appeals are heard."""
    with database.writing() as connection:
        yield Sitting(connection, DESK, at)


def token(case: Case, until: datetime = AT + 365 * DAY) -> str:
    """The token of the link that a notice of a case has."""
    link = appeal_link("https://x.example", case.organization, case.number, SECRET, until)
    return parse_qs(urlsplit(link).query)["token"][0]


def appealed(
    database: Database, case: Case, text: str = "We are in Paris.", at: datetime = AT
) -> Opened:
    """The appeal that the organization opens by its link."""
    with sitting(database, at) as found:
        return open_by_link(found, token(case), SECRET, statement(text, address="20.0.1.7"))


def case_now(database: Database, case: Case) -> Case:
    """The case as it is now."""
    with database.reading() as connection:
        found = Cases(connection).get(case.number)
    assert found is not None
    return found


def appeal_now(database: Database, name: str) -> Appeal:
    """The appeal as it is now."""
    with database.reading() as connection:
        found = Appeals(connection).get(name)
    assert found is not None
    return found


def told(database: Database) -> list[tuple[str, str]]:
    """The notices that were written, as event and occasion, in their order."""
    query = sa.select(NOTICE.c.event, NOTICE.c.occasion).order_by(NOTICE.c.composed_at, NOTICE.c.id)
    with database.reading() as connection:
        return [(row.event, row.occasion) for row in connection.execute(query)]


def trail(database: Database, *tags: Tag) -> list[tuple[str, str, str]]:
    """The audit events with these tags: tag, actor and detail, in their order."""
    joined = sa.join(EVENT, CONTENT, EVENT.c.number == CONTENT.c.number)
    query = sa.select(EVENT.c.tag, CONTENT.c.actor, CONTENT.c.detail).select_from(joined)
    wanted = query.where(EVENT.c.tag.in_([tag.value for tag in tags])).order_by(EVENT.c.number)
    with database.reading() as connection:
        return [(row.tag, row.actor, row.detail) for row in connection.execute(wanted)]
