"""What became of each inhabitant of the town: their cases, and what people decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import sqlalchemy as sa

from regiongate.control.appeal.evidence import Upload
from regiongate.control.appeal.open import open_for
from regiongate.control.appeal.sitting import Sitting
from regiongate.control.appeal.statement import statement
from regiongate.control.cases.note import note
from regiongate.control.cases.release import release
from regiongate.control.grant import correct, exempt
from regiongate.control.grant.terms import Terms
from regiongate.control.notices.desk import Told
from regiongate.control.policies.propose import propose as propose_policy
from regiongate.control.suspend.approve import approve
from regiongate.control.suspend.propose import propose
from regiongate.control.suspend.suspend import suspend
from regiongate.domain.case import Case, CaseState, Step
from regiongate.domain.notice import Event
from regiongate.server.house import House
from regiongate.store.cases import Cases, Seen
from regiongate.store.notice_tables import NOTICE
from tests.browser.people import Inhabitant

WARN, BLOCK, SUSPEND = (datetime(2026, month, 1, tzinfo=UTC) for month in (6, 7, 8))
AT = datetime(2026, 8, 20, 12, tzinfo=UTC)
"""The instant at which the clock of the town stands: the measure is fully in force."""

DAY = timedelta(days=1)

_GEOFEED = b"# our offices\n1.2.4.0/24,FR,FR-IDF,Paris,\n"
_SAYS = (
    "We are a newsroom in Paris. The network that you name is our provider's, and its geofeed"
    " says so.\nPlease look again: <b>our readers</b> cannot wait."
)
_FOUND = {
    CaseState.FOUND: AT - DAY,
    CaseState.NOTICED: AT - 3 * DAY,
    CaseState.REMINDED: AT - 9 * DAY,
}
"""When a case in a state was found; the others were on the day of the announcement."""

Life = Callable[[House, sa.Connection, Case], object]


def live(house: House, one: Inhabitant) -> None:
    """Bring the case of one to where it stands; whoever calls from elsewhere has none."""
    if one.state is None:
        return
    at = _FOUND.get(one.state, WARN)
    with house.writing() as connection:
        seen = Seen(one.id, one.daily * 40, one.daily * 38, WARN - 20 * DAY, AT - DAY)
        found = Cases(connection).find(
            [seen], at, "regiongate", "requests from unsupported regions"
        )
        _announce(house, connection, found[0], one.state)
        for next_of in _LIVES[one.state]:
            next_of(house, connection, _now(connection, found[0]))


def decide(house: House) -> None:
    """What people decided and asked for beside the cases."""
    with house.writing() as connection:
        appealing = [_case(connection, name) for name in _APPEALS]
        for number, case in enumerate(appealing):
            sitting = Sitting(connection, house.desk(), AT - (12 - 2 * number) * DAY)
            files = [Upload("feed.csv", _GEOFEED)] if number < 2 else []
            open_for(sitting, case.number, "otto", statement(_SAYS, files, "press@example.org"))
        loud = _case(connection, "birch-analytics")
        Cases(connection).be_loud(loud.number, "no request since 14 days: release it?")
        note(connection, loud.number, "otto", "They wrote to us.\nWe answered.", AT, quiet=False)
        terms = Terms("Their provider's geofeed says so.", "anna", AT + 90 * DAY)
        where = correct.Located(ip_network("203.0.113.0/24"), "FR")
        correct.correct(connection, [where], terms, AT - 2 * DAY)
        text = (house.settings.policy or house.state.root).read_text("utf-8")
        draft = text.replace("disputed: warn", "disputed: block")
        propose_policy(connection, draft, house.state, house.catalogue,
                       person="otto", reason="Half a region is not enough.",
                       at=AT - DAY)  # fmt: skip


_APPEALS = ("amber-analytics", "peking-models", "cedar-robotics")


def _case(connection: sa.Connection, organization: str) -> Case:
    found = Cases(connection).open_of(organization)
    assert found is not None, organization
    return found


def _now(connection: sa.Connection, case: Case) -> Case:
    found = Cases(connection).get(case.number)
    assert found is not None
    return found


def _announce(house: House, connection: sa.Connection, case: Case, becomes: CaseState) -> None:
    """Write to them, and let a relay have answered: most were taken, some refused or came back."""
    at = case.opened
    taken = {"state": "accepted", "accepted_at": at, "reply_code": 250, "reply": "2.0.0 taken"}
    if becomes is CaseState.RESTRICTED and case.number % 5 == 0:
        taken["bounced_at"] = at + DAY
    if becomes is CaseState.RESTRICTED and case.number % 7 == 0:
        taken = {"state": "refused", "reply_code": 550, "reply": "5.1.1 <nobody> here"}
    row = {"attempts": 1, "begun_at": at, "due_at": None, **taken}
    for name in house.desk().write(connection, [case], Told(Event.ANNOUNCEMENT), at):
        connection.execute(sa.update(NOTICE).where(NOTICE.c.id == name).values(row))


def _step(step: Step, at: datetime, why: str) -> Life:
    def taken(_: House, connection: sa.Connection, case: Case) -> object:
        return Cases(connection).take(case, step, at, "regiongate", why)

    return taken


def _propose(house: House, connection: sa.Connection, case: Case) -> None:
    propose(connection, case.number, house.policy(), house.tables(), house.desk(),
            person="otto", reason="All of it is from there.", at=AT - 5 * DAY)  # fmt: skip


def _suspend(house: House, connection: sa.Connection, case: Case) -> None:
    policy, tables = house.policy(), house.tables()
    approve(connection, case.number, policy, tables, person="anna", at=AT - 4 * DAY)
    suspend(connection, case.number, policy, tables, house.desk(), person="otto", at=AT - 3 * DAY)


def _exempt(_: House, connection: sa.Connection, case: Case) -> None:
    terms = Terms("A newsroom that must work from there.", "anna", AT + 9 * DAY)
    exempt.exempt(connection, exempt.Subject(organization=case.organization), terms, AT - 20 * DAY)


def _release(house: House, connection: sa.Connection, case: Case) -> None:
    release(connection, house.desk(), case.number, person="otto", reason="They moved.", at=AT - DAY)


_NOTICED = _step(Step.NOTICE, AT - 2 * DAY, "the announcement was taken")
_REMINDED = _step(Step.REMIND, AT - DAY, "a reminder was taken")
_RESTRICTED = (
    _step(Step.NOTICE, WARN + DAY, "the announcement was taken"),
    _step(Step.RESTRICT, BLOCK, "the day of the block"),
)
_LIVES: Mapping[CaseState, tuple[Life, ...]] = {
    CaseState.FOUND: (),
    CaseState.NOTICED: (_NOTICED,),
    CaseState.REMINDED: (_NOTICED, _REMINDED),
    CaseState.RESTRICTED: _RESTRICTED,
    CaseState.SUSPENSION_PROPOSED: (*_RESTRICTED, _propose),
    CaseState.SUSPENDED: (*_RESTRICTED, _propose, _suspend),
    CaseState.EXEMPT: (*_RESTRICTED, _exempt),
    CaseState.RELEASED: (*_RESTRICTED, _release),
}
