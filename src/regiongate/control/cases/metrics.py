"""What a watcher wants to know of cases, notices and dates, under the names that Prometheus reads.

No number is about one organization, and none is more than a few counts away.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa

from regiongate.control.gateway.metrics import Family
from regiongate.control.overview import attention, cases_by_state, notices_by_state
from regiongate.domain.measure import Phase
from regiongate.domain.policy import Policy
from regiongate.store.outbox import Outbox

SOON = timedelta(days=14)
"""How far ahead an exemption counts as ending."""

_WATCHER = "regiongate"


def of_store(connection: sa.Connection, at: datetime) -> Iterator[Family]:
    """Cases, notices, appeals and exemptions at an instant."""
    waits = attention(connection, at, at + SOON)
    cases = [({"state": str(one)}, n) for one, n in cases_by_state(connection).items()]
    notices = [({"state": str(one)}, n) for one, n in notices_by_state(connection).items()]
    yield Family("regiongate_cases", "Cases by their state.", cases)
    yield _number("regiongate_cases_loud", "Cases that wait for a person.", waits.loud)
    yield Family("regiongate_notices", "Notices by what became of them.", notices)
    due = Outbox(connection, _WATCHER).due(at)
    yield _number("regiongate_notices_due", "Notices that ought to be sent by now.", due)
    about = "Notices that came back after a server had taken them."
    yield _number("regiongate_notices_bounced", about, waits.bounced)
    yield _number("regiongate_appeals_open", "Appeals without a decision.", waits.appeals_open)
    about = "Open appeals whose answer is late."
    yield _number("regiongate_appeals_overdue", about, waits.appeals_overdue)
    about = f"Exemptions that end within {SOON.days} days."
    yield _number("regiongate_exemptions_ending", about, waits.exemptions_ending)


def of_measure(policy: Policy, at: datetime) -> Iterator[Family]:
    """The phase of the measure at an instant, and when each of its phases begins."""
    now = policy.measure.phase(at)
    phases = [({"phase": str(one)}, int(one is now)) for one in Phase]
    yield Family("regiongate_phase", "The phase of the measure: 1 for the one in force.", phases)
    starts = [({"phase": str(one)}, when.timestamp()) for one, when in policy.measure.starts]
    about = "When a phase of the measure begins, in seconds since 1970."
    yield Family("regiongate_phase_start_timestamp_seconds", about, starts)


def of_turn(last: datetime | None) -> Iterator[Family]:
    """When the last turn of `regiongate reconcile` was taken; nothing where none is known of."""
    if last is not None:
        about = "When the cases were last reconciled, in seconds since 1970."
        name = "regiongate_reconciled_timestamp_seconds"
        yield Family(name, about, [({}, last.timestamp())])


def _number(name: str, about: str, value: int) -> Family:
    return Family(name, about, [({}, value)])
