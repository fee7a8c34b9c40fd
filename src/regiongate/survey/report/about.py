"""What a report says that is in no table of the survey: the result, the policy, the sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from regiongate.domain.measure import Phase
from regiongate.domain.policy import Policy
from regiongate.domain.survey import Survey
from regiongate.geo.source import Source


@dataclass(frozen=True, slots=True)
class About:
    """A survey, and what it was made with.

    `sources` are those of regions and then those of facts. `now` is the instant of the survey,
    from which the next date of the measure counts. `rejected` counts the rejected rows by reason.
    """

    survey: Survey
    policy: Policy
    sources: tuple[Source, ...]
    now: datetime
    rejected: Mapping[str, int] = field(default_factory=dict)

    @property
    def latest(self) -> datetime:
        """The instant at which the age of sources is told: of judging, or of the survey."""
        return max(self.survey.judging.at, self.now)

    @property
    def stale(self) -> tuple[Source, ...]:
        """The sources that are too old by then."""
        return tuple(one for one in self.sources if one.age.is_stale(self.latest))

    @property
    def next_date(self) -> tuple[Phase, datetime] | None:
        """The next phase of the measure after the survey, and when it begins."""
        coming = [start for start in self.policy.measure.starts if start[1] > self.now]
        return min(coming, key=lambda start: start[1], default=None)
