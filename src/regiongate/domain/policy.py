"""The policy: what the provider supports, from when, and what happens to everything else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from regiongate.domain.case_rules import CaseRules
from regiongate.domain.hand_over import Agreement, Provider
from regiongate.domain.location_rules import LocationRules
from regiongate.domain.measure import Measure
from regiongate.domain.network_rule import GeofeedRules, NetworkRule
from regiongate.domain.ruling import Ruling, RulingKind
from regiongate.domain.supported_list import SupportedList
from regiongate.domain.verdict import Verdict


@dataclass(frozen=True, slots=True)
class PolicyExemption:
    """An organization to which the region rules do not apply, why, by whose word, until when."""

    organization: str
    reason: str
    approver: str
    expires: datetime | None


class Dialect(StrEnum):
    """In whose error format a refusal is written."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class RefusalStyle:
    """How a refusal looks: dialect, status (403, or 451 of RFC 7725) and the links it carries."""

    dialect: Dialect
    status: int
    appeal: str
    blocked_by: str | None


@dataclass(frozen=True, slots=True)
class PolicyTest:
    """One expectation that travels with the policy: who, where from, when, and the verdict.

    Where from is an address, a region in which all sources see it, or the votes by source.
    """

    address: str | None
    region: str | None
    organization: str | None
    at: datetime
    verdict: Verdict
    line: int
    votes: tuple[tuple[str, str], ...] = ()

    @property
    def where(self) -> str:
        """Where from, in words."""
        votes = ", ".join(f"{source}: {region}" for source, region in self.votes)
        return self.address or self.region or votes


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything one policy file says, and what the geofeeds beside it say.

    `rulings` come from cases and not from a file; only a policy on its way to a gateway has any.
    `cases` is None where the file has no rules for them; then there are no cases. `providers` serve
    in region whoever has one of the `agreements`, at most one for each organization.
    """

    name: str
    version: str
    contact: str
    supported: SupportedList
    measure: Measure
    location: LocationRules
    networks: tuple[NetworkRule, ...]
    exemptions: tuple[PolicyExemption, ...]
    open_paths: tuple[str, ...]
    refusal: RefusalStyle
    report_only: bool
    tests: tuple[PolicyTest, ...]
    geofeeds: tuple[GeofeedRules, ...] = ()
    cases: CaseRules | None = None
    rulings: tuple[Ruling, ...] = ()
    providers: tuple[Provider, ...] = ()
    agreements: tuple[Agreement, ...] = ()

    def provider(self, name: str | None) -> Provider | None:
        """The provider in region of this name."""
        return next((one for one in self.providers if one.name == name), None)

    def network_rules(self) -> tuple[NetworkRule, ...]:
        """The rules for networks: the rulings, those of the file itself, those of its geofeeds.

        For one network the first counts: who decided a case knew what the file says.
        """
        fed = (rule for feed in self.geofeeds for rule in feed.rules)
        return (*self.ruled_networks(), *self.networks, *fed)

    def ruled_networks(self) -> tuple[NetworkRule, ...]:
        """What rulings say of networks."""
        return tuple(
            NetworkRule(
                network=ruling.network,
                region=ruling.region,
                verdict=Verdict.ALLOW if ruling.kind is RulingKind.EXEMPTION else None,
                anonymizer=None,
                reason=ruling.reason,
                approver=ruling.approver,
                expires=ruling.until,
                origin=ruling,
            )
            for ruling in self.rulings
            if ruling.network is not None
        )

    def change_instants(self) -> tuple[datetime, ...]:
        """Every instant (UTC) at which some verdict may change by itself, sorted, once each."""
        found: set[datetime | None] = {start for _, start in self.measure.starts}
        for change in self.supported.changes:
            found |= {change.start, change.end}
        found |= {rule.expires for rule in self.networks}
        found |= {feed.expires for feed in self.geofeeds}
        found |= {exemption.expires for exemption in self.exemptions}
        found |= {agreement.expires for agreement in self.agreements}
        found |= {rule.expires for rule in self.ruled_networks()}
        found |= self.location.stale_instants()
        return tuple(sorted(instant for instant in found if instant is not None))
