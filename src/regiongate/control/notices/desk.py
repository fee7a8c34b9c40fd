"""The desk at which notices are written: from cases to letters that are ready to be sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from regiongate.control.notices.clouds import CloudsOf, bundled_clouds
from regiongate.control.notices.composed import Composed, Tally
from regiongate.control.notices.composer import Composer, Draft, Material, Telling
from regiongate.control.notices.drafting import Drafting, Trouble, drafting
from regiongate.control.notices.loud import all_loud, all_quiet
from regiongate.control.notices.seen import Looking, Places, seen_of
from regiongate.control.notices.told import Told
from regiongate.domain.case import Case
from regiongate.domain.case_rules import CaseRules
from regiongate.domain.errors import CannotRun
from regiongate.domain.measure import Phase
from regiongate.domain.notice import AHEAD, NEEDS, Event, Seen
from regiongate.domain.policy import Policy
from regiongate.domain.role import SYSTEM
from regiongate.notify.letter import Letter
from regiongate.notify.sender import Sender
from regiongate.store.addressees import correspondents
from regiongate.store.notices import Notices

__all__ = ["Desk", "Told", "desk"]

_AT_ONCE = 1000
"""So many cases are looked up together."""

NO_CONTACT = "no contact to which mail arrives: write to them another way, and correct the books"
NOTHING_SEEN = "nothing is in the sightings that a notice could name: look at the case"


Made = list[Draft | Trouble]

See = Callable[[Letter], object]
"""Who is shown a letter that is only looked at."""


def unseen(_: Letter) -> None:
    """Nobody is shown it."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Writes notices in the name of one policy, whose rules for cases are `rules`."""

    policy: Policy
    rules: CaseRules
    composer: Composer
    clouds: CloudsOf

    def write(
        self,
        connection: sa.Connection,
        cases: Sequence[Case],
        told: Told,
        at: datetime,
        *,
        actor: str = SYSTEM,
        places: Places | None = None,
    ) -> list[str]:
        """Write the notice of each case, once per case, event and occasion; ids of the new ones.

        They are ready to be sent. A case without a contact to which mail arrives becomes loud, and
        so does one of which there is nothing to tell. `places` are those that are unsupported
        today; None: those that were when the sightings were kept. Raises CannotRun where the event
        needs a date that the policy has not.
        """
        return self.compose(connection, cases, told, at, actor=actor, places=places).ids

    def compose(
        self,
        connection: sa.Connection,
        cases: Sequence[Case],
        told: Told,
        at: datetime,
        *,
        actor: str = SYSTEM,
        places: Places | None = None,
    ) -> Composed:
        """Write as `write` does, and say what came of it."""
        notices, tally = Notices(connection), Tally()
        notices.hold(case.number for case in cases)
        due = self._untold(connection, cases, told)
        for made in self._made(connection, due, Telling(told, at), places):
            drafts = [one.new for one in made if isinstance(one, Draft)]
            notices.add(drafts, actor)
            all_quiet(connection, [draft.case for draft in drafts], (NO_CONTACT, NOTHING_SEEN))
            troubles = [one for one in made if isinstance(one, Trouble)]
            all_loud(connection, [(one.case.number, one.why) for one in troubles], at, actor)
            tally.add(made)
        passed = self._passed(told.event, at)
        return tally.composed(told, len(cases), len(cases) - len(due), passed)

    def look(
        self,
        connection: sa.Connection,
        cases: Sequence[Case],
        told: Told,
        at: datetime,
        see: See = unseen,
    ) -> Composed:
        """What `compose` would come to, of which nothing is kept.

        `see` is shown each letter, in the bytes that would be sent.
        """
        tally = Tally()
        due = self._untold(connection, cases, told)
        for made in self._made(connection, due, Telling(told, at), None):
            tally.add(made)
            for one in made:
                if isinstance(one, Draft):
                    see(one.letter)
        passed = self._passed(told.event, at)
        return tally.composed(told, len(cases), len(cases) - len(due), passed)

    def next_round(
        self, connection: sa.Connection, case: Case, telling: Telling
    ) -> Draft | Trouble | None:
        """A notice once more, to the contact whose turn it is now; None when its date has come."""
        if self.is_void(telling.told.event, telling.at):
            return None
        looking = Looking(self.rules.look_back, None, self.clouds)
        with drafting(self.composer, 1) as draft:
            [one] = self._of(connection, [case], telling, looking, draft)
        return one

    def is_void(self, event: Event, at: datetime) -> bool:
        """Whether the date has come ahead of which an event is told. Raises CannotRun."""
        return self._passed(event, at) is not None

    def _passed(self, event: Event, at: datetime) -> datetime | None:
        """The date ahead of which an event is told, where it has come. Raises CannotRun."""
        block = self.policy.measure.start(Phase.BLOCK)
        if block is None and "block" in NEEDS[event]:
            message = f"the policy {self.policy.name} has no date of the block, so no {event}"
            raise CannotRun(f"{message} can be written: add `measure.block`")
        return block if event in AHEAD and block is not None and block <= at else None

    def _untold(self, connection: sa.Connection, cases: Sequence[Case], told: Told) -> list[Case]:
        """The cases that were not told yet."""
        numbers = [case.number for case in cases]
        known = Notices(connection).told(numbers, told.event, told.occasion)
        return [case for case in cases if case.number not in known]

    def _made(
        self,
        connection: sa.Connection,
        due: Sequence[Case],
        telling: Telling,
        places: Places | None,
    ) -> Iterator[Made]:
        """What these cases are told, some of them at a time; nothing once the date has come."""
        if self.is_void(telling.told.event, telling.at):
            return
        looking = Looking(self.rules.look_back, places, self.clouds)
        with drafting(self.composer, len(due)) as draft:
            for begin in range(0, len(due), _AT_ONCE):
                some = due[begin : begin + _AT_ONCE]
                yield self._of(connection, some, telling, looking, draft)

    def _of(
        self,
        connection: sa.Connection,
        cases: Sequence[Case],
        telling: Telling,
        looking: Looking,
        draft: Drafting,
    ) -> Made:
        names = [case.organization for case in cases]
        known = correspondents(connection, names)
        needs_seen = "seen" in NEEDS[telling.told.event]
        seen: Mapping[str, Seen] = {}
        if needs_seen:
            seen = seen_of(connection, names, known, looking, telling.at)
        earlier = Notices(connection).earlier(case.number for case in cases)
        materials: list[Material] = []
        troubles: Made = []
        for case in cases:
            whom = known.get(case.organization)
            what = seen.get(case.organization)
            if whom is None or not whom.contacts:
                troubles.append(Trouble(case, NO_CONTACT))
            elif needs_seen and what is None:
                troubles.append(Trouble(case, NOTHING_SEEN))
            else:
                thread = earlier.get(case.number, ())
                materials.append(Material(case, whom.name, whom.contacts[0], what, thread))
        return troubles + draft(telling, materials)


def desk(policy: Policy, sender: Sender, secret: bytes, clouds: CloudsOf = bundled_clouds) -> Desk:
    """The desk of a policy; `secret` signs links and makes ids.

    Raises CannotRun when the policy has no rules for cases.
    """
    rules = policy.cases
    if rules is None:
        raise CannotRun(f"the policy {policy.name} says nothing of cases: add its section `cases`")
    return Desk(policy, rules, Composer(policy, rules, sender, secret), clouds)
