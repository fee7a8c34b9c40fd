"""What came back: reports of mails → notices that did not arrive, and contacts that are bad."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from regiongate.control.notices.loud import be_loud, be_quiet
from regiongate.notify.bounces.report import Bounces as Found
from regiongate.notify.bounces.report import LeftAside, Report
from regiongate.store.bounces import Bounces, Reported
from regiongate.store.notices import KeptNotice, Notices, NoticeState
from regiongate.store.organizations import Organizations
from regiongate.store.outbox import Outbox


class Meaning(StrEnum):
    """What a report means for us."""

    BOUNCED = "bounced"
    NOTED = "noted"
    KNOWN = "known"
    TOO_EARLY = "too-early"
    NO_NOTICE = "no-notice"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Heard:
    """A report, and what it means.

    `bounced` is a permanent failure that is news; `noted` what changes nothing, such as a delay;
    `known` what was read before. `too-early` is about a letter whose answer is awaited: it is
    taken in when it is read again. `no-notice` names only a recipient, which anybody could write,
    and `foreign` a notice that is not in this store: on neither anything is done.
    """

    report: Report
    meaning: Meaning


@dataclass(frozen=True, slots=True)
class Returned:
    """Everything that the mails said."""

    heard: tuple[Heard, ...]
    left_aside: tuple[LeftAside, ...]

    @property
    def counts(self) -> Mapping[Meaning, int]:
        """How many reports have each meaning."""
        return Counter(one.meaning for one in self.heard)


def hear(connection: sa.Connection, found: Found, at: datetime, actor: str) -> Returned:
    """Take in what was found in mails. Taking it in again does nothing.

    A permanent failure makes its notice one that did not arrive, the contact bad and the case
    loud. Any report on a notice shows that the relay took it, so an unknown one is settled.
    """
    heard = [Heard(one, _meaning(connection, one, at, actor)) for one in found.reports]
    return Returned(tuple(heard), found.left_aside)


def _meaning(connection: sa.Connection, report: Report, at: datetime, actor: str) -> Meaning:
    if report.notice is None:
        return Meaning.NO_NOTICE
    notice = Notices(connection).get(report.notice)
    if notice is None:
        return Meaning.FOREIGN
    if notice.state is NoticeState.SENDING:
        return Meaning.TOO_EARLY
    Notices(connection).hold([notice.case])
    if not Bounces(connection).add(_reported(report, notice.id, at)):
        return Meaning.KNOWN
    if notice.state is NoticeState.UNKNOWN:
        _settle(connection, notice, at, actor)
    failed = report.is_permanent_failure and _bounce(connection, notice, report.status, at, actor)
    return Meaning.BOUNCED if failed else Meaning.NOTED


def _settle(connection: sa.Connection, notice: KeptNotice, at: datetime, actor: str) -> None:
    why = "a report shows that the relay took it"
    if Outbox(connection, actor).say_accepted(notice.id, at, why):
        be_quiet(connection, notice.case, notice.id)


def _bounce(
    connection: sa.Connection, notice: KeptNotice, status: str, at: datetime, actor: str
) -> bool:
    """A notice that did not arrive; False where that is no news."""
    if not Bounces(connection).bounce(notice, at, actor, status):
        return False
    reason = f"mail came back ({status})"
    Organizations(connection).mark_bad(notice.organization, notice.address, at, reason)
    be_loud(connection, notice.case, f"notice {notice.id}: {reason}", at, actor)
    return True


def _reported(report: Report, notice: str, at: datetime) -> Reported:
    return Reported(
        digest=report.digest,
        recipient=report.recipient,
        notice=notice,
        recognized=report.recognized.value,
        action=report.action.value,
        status=report.status,
        diagnostic=report.diagnostic,
        read_at=at,
    )
