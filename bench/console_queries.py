"""What the console asks the store, page by page: a name, and a function of a connection.

Whoever measures pages over HTTP names them alike: `Question.name` is the name of the row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa

from bench.console_data import END, day, name
from regiongate.control import overview
from regiongate.control.appeal.page import appeals
from regiongate.control.audit.page import events
from regiongate.control.cases.search import Sort, Sought, search
from regiongate.control.cases.view import view
from regiongate.control.grant.page import exemptions
from regiongate.control.notices.page import notices
from regiongate.control.organizations.view import By, Part, Span, organizations, sightings
from regiongate.domain.case import CaseState
from regiongate.domain.notice import Event
from regiongate.store.audit import EVERYTHING, Which
from regiongate.store.notice_tables import NoticeState
from regiongate.store.paging import Asked, Page

PAGES = 5
"""A list is leafed through so far."""

_ALL = Span(day(90), day(0))


@dataclass(frozen=True)
class Question:
    """Something that is asked."""

    name: str
    ask: Callable[[sa.Connection], object]


def questions() -> list[Question]:
    """All of them, in the order of the console."""
    return [*_overview(), *_cases(), *_organizations(), *_trail(), *_desks()]


def _overview() -> list[Question]:
    soon = END + timedelta(days=14)
    return [
        Question("traffic-by-region", lambda c: overview.traffic_by_region(c, day(90), day(0))),
        Question("traffic-by-day", lambda c: overview.traffic_by_day(c, day(90), day(0))),
        Question("cases-by-state", overview.cases_by_state),
        Question("attention", lambda c: overview.attention(c, END, soon)),
    ]


def _cases() -> list[Question]:
    restricted = (CaseState.RESTRICTED,)
    sought = {
        "all": Sought(),
        "restricted": Sought(states=restricted),
        "exempt": Sought(states=(CaseState.EXEMPT,)),
        "loud": Sought(loud=True),
        "by-id": Sought(text="org-09999"),
        "by-many-ids": Sought(text="org-"),
        "by-name": Sought(text="zenith quiet 4"),
        "by-many-names": Sought(text="northern"),
        "by-no-name": Sought(text="nobody is called so"),
        "from-china": Sought(country="CN"),
        "from-north-korea": Sought(country="KP", states=restricted),
        "from-nowhere": Sought(country="AQ"),
    }
    found = [
        Question(f"cases-{title}-{sort}", _leaf(partial(_search, what, sort)))
        for title, what in sought.items()
        for sort in Sort
    ]
    return [*found, Question("case", lambda c: view(c, 432))]


def _organizations() -> list[Question]:
    found = [
        Question(
            f"organizations-{title}-{by}",
            _leaf(partial(_organizations_of, text, by)),
        )
        for title, text, by in (
            ("all", "", By.ID),
            ("all", "", By.NAME),
            ("some", "org-0042", By.ID),
            ("some", "ацтек blue", By.NAME),
            ("none", "nobody", By.NAME),
        )
    ]
    for title, whose in (("large", name(0)), ("usual", name(20_000))):
        found += [
            Question(f"sightings-{title}-{part}", partial(_sightings, whose, part)) for part in Part
        ]
    return found


def _trail() -> list[Question]:
    ago = Which(since=END - timedelta(days=35), until=END - timedelta(days=34))
    which = {
        "all": EVERYTHING,
        "tag": Which(tags=("case:noted",)),
        "tags": Which(tags=("case:noted", "person:added", "notice:sent")),
        "rare-tag": Which(tags=("person:added",)),
        "actor": Which(actor="person-6"),
        "rare-actor": Which(actor="carol"),
        "actor-and-rare-tag": Which(actor="carol", tags=("person:added",)),
        "system-and-rare-tag": Which(actor="regiongate", tags=("person:added",)),
        "organization": Which(organization=name(20_000)),
        "day": ago,
    }
    return [
        Question(f"events-{title}", _leaf(partial(_events, what))) for title, what in which.items()
    ]


def _desks() -> list[Question]:
    ready, unknown = NoticeState.READY, NoticeState.UNKNOWN
    return [
        Question("notices-all", _leaf(lambda c, a: notices(c, asked=a))),
        Question("notices-ready", _leaf(lambda c, a: notices(c, ready, asked=a))),
        Question("notices-unknown", _leaf(lambda c, a: notices(c, unknown, asked=a))),
        Question(
            "notices-reminders", _leaf(lambda c, a: notices(c, event=Event.REMINDER, asked=a))
        ),
        Question("notices-bounced", _leaf(lambda c, a: notices(c, bounced=True, asked=a))),
        Question("appeals", _leaf(lambda c, a: appeals(c, asked=a))),
        Question("exemptions", _leaf(lambda c, a: exemptions(c, asked=a))),
    ]


def _leaf(
    ask: Callable[[sa.Connection, Asked], Page[Any]],
) -> Callable[[sa.Connection], object]:
    """Ask for one page after the other, and for the first again."""
    cursors: list[str | None] = [None]

    def one(connection: sa.Connection) -> object:
        found = ask(connection, Asked(cursor=cursors[-1]))
        more = found.next_cursor is not None and len(cursors) < PAGES
        cursors[:] = [*cursors, found.next_cursor] if more else [None]
        return found

    return one


def _search(what: Sought, sort: Sort, connection: sa.Connection, asked: Asked) -> Page[Any]:
    return search(connection, what, sort, asked)


def _organizations_of(text: str, by: By, connection: sa.Connection, asked: Asked) -> Page[Any]:
    return organizations(connection, text, by, asked)


def _sightings(whose: str, part: Part, connection: sa.Connection) -> Page[Any]:
    return sightings(connection, whose, part, _ALL)


def _events(which: Which, connection: sa.Connection, asked: Asked) -> Page[Any]:
    return events(connection, which, asked)
