"""Simulate: a survey's traffic under another policy, other dates or other sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from regiongate import policyfile
from regiongate.compiler import sources
from regiongate.compiler.fact_sources import layers
from regiongate.domain.organization import Organization, under
from regiongate.domain.policy import Policy
from regiongate.domain.survey import Judging
from regiongate.geo.store.catalogue import Catalogue
from regiongate.survey.other_sources import with_files
from regiongate.survey.placing import Placing
from regiongate.survey.session import Session
from regiongate.survey.simulate import simulate
from regiongate.survey.simulation import Simulation


@dataclass(frozen=True)
class Compared:
    """The other side: a policy, where its sources are, and files in the place of some of them."""

    policy: Path
    catalogue: Catalogue
    files: Mapping[str, Path] = field(default_factory=dict)


def simulated(
    opened: Session,
    before: Judging,
    compared: Compared,
    *,
    judging: Callable[[Policy], Judging],
    listed: Sequence[Organization],
    now: datetime,
) -> Simulation:
    """Judges what a session has surveyed a second time. Raises CannotRun or ProblemsFound.

    `judging` chooses the instant for the other policy; `listed` are the rows of the organizations
    file, to which each policy adds its own exemptions.
    """
    loaded = policyfile.load(compared.policy, compared.catalogue.named())
    tables = with_files(sources.tables(loaded, compared.catalogue), compared.files, now.date())
    policy = sources.dated(loaded, sources.ages(sources.of(tables)))
    after = judging(policy)
    placing = Placing(policy, tables, layers(policy, compared.catalogue), after.at)
    known = under(listed, policy)
    return simulate(opened, before, after, placing, known)
