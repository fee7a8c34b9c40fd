"""The policy: what the provider supports, from when, and what happens to everything else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network

from regiongate.domain.case_rules import CaseRules
from regiongate.domain.hand_over import Agreement, Provider
from regiongate.domain.measure import Measure
from regiongate.domain.region import STATE_OF_TERRITORY, country_of
from regiongate.domain.ruling import Ruling, RulingKind
from regiongate.domain.verdict import Verdict

Network = IPv4Network | IPv6Network


class Territories(StrEnum):
    """Whether a dependent territory is supported because its state is."""

    FOLLOW_STATE = "follow-state"
    MUST_BE_NAMED = "must-be-named"


@dataclass(frozen=True, slots=True)
class ListChange:
    """A region added to or removed from the list from an instant on, and why.

    `action` is `add`, `remove` or `except`; an exception is a removal of a part of a country
    that is itself supported. `start` None means always, `end` None means for good.
    """

    action: str
    region: str
    reason: str
    basis: str | None
    start: datetime | None
    end: datetime | None

    def holds(self, at: datetime) -> bool:
        """Whether the change is in force at an instant."""
        return (self.start is None or self.start <= at) and (self.end is None or at < self.end)


@dataclass(frozen=True, slots=True)
class SupportedList:
    """The regions an API supports: a base list, dated changes, and the rule for territories."""

    name: str
    version: str
    regions: frozenset[str]
    territories: Territories
    changes: tuple[ListChange, ...]

    def supports(self, region: str, at: datetime) -> tuple[bool, str]:
        """Whether a region is supported at an instant, and the rule that says so.

        The most specific word wins: a change for the part, then the part on the list, then a
        change for the country, then the country on the list, then its state. Among changes for
        one region the one that began last wins.
        """
        said = self._named(region, at) or self._named(country_of(region), at)
        if said is not None:
            return said
        state = STATE_OF_TERRITORY.get(country_of(region))
        if state is not None and self.territories is Territories.FOLLOW_STATE:
            supported, rule = self.supports(state, at)
            return supported, f"{rule} territory-of:{state}"
        return False, f"list:{self.name}"

    def _named(self, code: str, at: datetime) -> tuple[bool, str] | None:
        holding = [c for c in self.changes if c.region == code and c.holds(at)]
        if holding:
            last = max(holding, key=lambda c: (c.start is not None, c.start))
            return last.action == "add", f"{last.action}:{code}"
        return (True, f"list:{self.name}") if code in self.regions else None


@dataclass(frozen=True, slots=True)
class LocationRules:
    """Which sources say where an address is, how many must agree, and the rules for the rest.

    `unknown`, `private`, `special` and `disputed` are verdicts (allow, warn, block): the hardest
    form that the measure's phase then allows. `stale` is what a place gets at most when fewer than
    `agree` of the sources on which its region rests are within their maximum age. `anonymizers`
    maps a kind (`tor`, `vpn`, `proxy`, `hosting`) to a verdict; a kind that is absent has no rule
    of its own. `subdivisions` is the source that speaks for parts of countries, None when each
    vote counts as it is. `facts` are the sources of facts other than the region. `stale_from`
    says for each source from which instant (UTC) on it is too old, None for never; it is empty
    until the policy has met its sources.
    """

    sources: tuple[str, ...]
    agree: int
    unknown: Verdict
    private: Verdict
    special: Verdict
    disputed: Verdict
    stale: Verdict
    anonymizers: Mapping[str, Verdict]
    subdivisions: str | None = None
    facts: tuple[str, ...] = ()
    stale_from: tuple[datetime | None, ...] = ()

    def too_old(self, at: datetime) -> dict[int, datetime]:
        """The sources past their maximum age at an instant, by position, each with since when."""
        dated = enumerate(self.stale_from)
        return {row: since for row, since in dated if since is not None and since <= at}

    def stale_instants(self) -> set[datetime]:
        """The instants at which the age of a source may change a verdict."""
        if self.stale is Verdict.BLOCK:
            return set()
        return {since for since in self.stale_from if since is not None}


@dataclass(frozen=True, slots=True)
class Origin:
    """The row of a geofeed from which a correction comes; `file` is as the policy names it."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class NetworkRule:
    """What the policy itself says about a network, against or beyond the sources.

    Exactly one of `region` (where it really is), `verdict` (what happens to it) and `anonymizer`
    (what kind of anonymizer it is) is set. `origin` is None for what the policy file itself says,
    else the row of a geofeed or the ruling in a case that it comes from; the row of a geofeed that
    sets none takes its network out of the wider rows of that feed.
    """

    network: Network
    region: str | None
    verdict: Verdict | None
    anonymizer: str | None
    reason: str
    approver: str
    expires: datetime | None
    origin: Origin | Ruling | None = None

    @property
    def said_by(self) -> str:
        """How the rule of a decision begins; all rows of a geofeed share it."""
        if self.origin is None:
            return f"network:{self.network}"
        return self.origin.name if isinstance(self.origin, Ruling) else f"geofeed:{self.feed}"

    @property
    def feed(self) -> str | None:
        """The geofeed from which it comes."""
        return self.origin.file if isinstance(self.origin, Origin) else None

    @property
    def leaves_out(self) -> str | None:
        """The geofeed that says nothing of this network, where the rule is that."""
        return self.feed if self.region is None else None

    def holds(self, at: datetime) -> bool:
        """Whether the rule has not yet expired."""
        return self.expires is None or at < self.expires


@dataclass(frozen=True, slots=True)
class GeofeedRules:
    """A geofeed whose rows are corrections: what file, which rules, by whose word, until when.

    `digest` is the SHA-256 of the file in hexadecimal. Each of `rules` has a region, and the
    reason, the approver and the expiry of them all.
    """

    file: str
    digest: str
    reason: str
    approver: str
    expires: datetime | None
    rules: tuple[NetworkRule, ...]


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
