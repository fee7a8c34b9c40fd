"""The sources of facts that a policy names, read when somebody asks what they state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from regiongate.domain.facts import Facts
from regiongate.domain.policy import Policy
from regiongate.geo.facts import FactTable, clouds
from regiongate.geo.source import Source
from regiongate.geo.steps import Steps
from regiongate.geo.store.catalogue import Catalogue


@dataclass(frozen=True)
class FactSource:
    """One source of facts. What is known of it costs nothing; its table is read when needed."""

    source: Source
    catalogue: Catalogue

    @cached_property
    def table(self) -> FactTable:
        """What it states. Raises SourceError, MmdbError or CannotRun."""
        return self.catalogue.load_facts(self.source)

    @property
    def steps(self) -> Steps:
        """Which fact holds from where on, -1 where the source states nothing."""
        return self.table.steps

    @property
    def facts(self) -> Sequence[Facts]:
        """The distinct facts."""
        return self.table.facts


def anonymizers(policy: Policy, catalogue: Catalogue) -> tuple[FactSource, ...]:
    """Those of a policy's sources of facts on which its verdicts may depend."""
    return tuple(one for one in layers(policy, catalogue) if one.source.kind == "anonymizer")


def layers(policy: Policy, catalogue: Catalogue) -> tuple[FactSource, ...]:
    """The sources of facts of a policy, in its order, and last `clouds`, whose words refusals need.

    Raises CannotRun when there is no source of a name, or when it states no facts.
    """
    names = dict.fromkeys((*policy.location.facts, clouds.NAME))
    return tuple(FactSource(catalogue.fact_source(name), catalogue) for name in names)
