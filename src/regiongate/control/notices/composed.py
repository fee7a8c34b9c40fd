"""What composing the notices of an event came to: how many letters to whom, and why none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from regiongate.control.notices.composer import Draft
from regiongate.control.notices.concerned import TELLS
from regiongate.control.notices.drafting import Trouble
from regiongate.control.notices.told import Told


@dataclass(frozen=True, slots=True)
class Addressed:
    """A letter that was composed: the id of its notice, and who gets it in which language."""

    notice: str
    case: int
    organization: str
    language: str
    subject: str


@dataclass(frozen=True, slots=True)
class Composed:
    """What composing came to, or would come to.

    `cases` is how many cases were to be told of `told`, and `before` how many of them had been
    told already. `troubles` are those to which nothing can be written. `passed` is the date ahead
    of which the event is told, where it has come: then nothing is written any more.
    """

    told: Told
    cases: int
    before: int
    letters: tuple[Addressed, ...]
    troubles: tuple[Trouble, ...]
    passed: datetime | None = None

    @property
    def ids(self) -> list[str]:
        """The ids of the notices, in the order in which they were composed."""
        return [one.notice for one in self.letters]

    @property
    def languages(self) -> Mapping[str, int]:
        """How many letters are in each language, in the order of its code."""
        return dict(sorted(Counter(one.language for one in self.letters).items()))

    @property
    def why_none(self) -> str | None:
        """Why there is no letter at all; None: there is one."""
        event = self.told.event
        if self.letters:
            return None
        if self.passed is not None:
            return f"{event} is told ahead of the block, and that began {self.passed.isoformat()}"
        if not self.cases:
            states = " or ".join(TELLS.get(event, ())) or "concerned"
            return f"no case is {states}, and {event} is for those"
        if not self.troubles:
            what = f"{event} {self.told.occasion}".rstrip()
            return f"{what} was written before ({self.before}), and nobody is told twice"
        return f"nothing can be written to those that were not told yet ({len(self.troubles)})"


class Tally:
    """Takes in what is composed, a piece at a time, and forgets the letters themselves."""

    def __init__(self) -> None:
        self._letters: list[Addressed] = []
        self._troubles: list[Trouble] = []

    def add(self, made: Iterable[Draft | Trouble]) -> None:
        """Take in some."""
        for one in made:
            if isinstance(one, Trouble):
                self._troubles.append(one)
            else:
                self._letters.append(_addressed(one))

    def composed(self, told: Told, cases: int, before: int, passed: datetime | None) -> Composed:
        """All that was taken in."""
        return Composed(told, cases, before, tuple(self._letters), tuple(self._troubles), passed)


def _addressed(draft: Draft) -> Addressed:
    new = draft.new
    return Addressed(new.id, new.case, new.organization, new.language, new.subject)
