"""Worlds drawn from a seed: with everything that a policy can say, and dates that fall together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from random import Random
from typing import TypeVar
from zoneinfo import ZoneInfo

from regiongate.domain.hand_over import Agreement, Provider
from regiongate.domain.location_rules import LocationRules
from regiongate.domain.measure import Measure, Phase
from regiongate.domain.network_rule import GeofeedRules, NetworkRule, Origin
from regiongate.domain.organization import ORDINARY, Organization, Standing, State
from regiongate.domain.policy import Dialect, Policy, PolicyExemption, RefusalStyle
from regiongate.domain.supported_list import SupportedList, Territories
from regiongate.domain.verdict import Verdict
from regiongate.policyfile.geofeeds import require_of_one_holder
from regiongate.policyfile.lists import shipped
from regiongate.policyfile.reader import Wrong
from tests.exactness import changes, networks, policytext
from tests.exactness.world import Span, Told, World
from tests.support.worlds import OPEN_PATHS, PROVIDERS

T = TypeVar("T")

REGIONS = [
    "FR",
    "DE",
    "GG",
    "GB",
    "CN",
    "HK",
    "UA",
    "UA",
    "UA-43",
    "UA-43",
    "UA-40",
    "US",
    "PR",
    "RU",
]
NOWHERE = "XX"
"""What a source writes where it names no place."""

LISTED = ["FR", "DE", "GG", "GB", "CN", "UA", "UA-43", "US", "PR"]
KINDS = ["tor", "vpn", "proxy", "hosting"]
STATED = [*KINDS, "relay", "tor vpn", "relay vpn", "hosting proxy tor"]
ZONES = ["UTC", "America/Los_Angeles", "Europe/Paris", "Asia/Kolkata", "Australia/Lord_Howe"]
ORGANIZATIONS = ["org-a", "org-b", "org-c", "org-d", "org-e"]
AROUND = datetime(2025, 1, 1, tzinfo=UTC)
SHIPPED = "openai-2024-08"

_DAYS = [-200, -120, -60, -30, -10, -3, 3, 10, 30, 90, 200]
"""From the middle of a world; nothing changes close to it, so that a clock may stand there."""
_SECONDS = [0, 0, 7 * 3600, 22 * 3600, 45296]
_PLACE = [Verdict.ALLOW, Verdict.WARN, Verdict.BLOCK]


def world(seed: str, around: datetime | None = None) -> World:
    """The world of a seed, its dates before and behind a midnight in UTC."""
    chance = Random(seed)  # noqa: S311 - a draw, not a secret
    middle = AROUND + timedelta(days=chance.randrange(700)) if around is None else around
    return _Drawing(chance, middle).world(seed)


class _Drawing:
    """One draw. The zone is that of the measure; `dates` are all that anything happens on."""

    def __init__(self, chance: Random, middle: datetime) -> None:
        self.chance = chance
        self.middle = middle
        self.zone = chance.choice(ZONES)
        local = middle.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC) - middle
        shifts = [timedelta(seconds=seconds) for seconds in _SECONDS]
        self.dates = sorted(
            middle + timedelta(days=days) + chance.choice([*shifts, local])
            for days in chance.sample(_DAYS, 8)
        )

    def world(self, seed: str) -> World:
        sources = self.sources()
        facts = self.facts()
        ruled = {kind: self.verdict() for kind in KINDS if self.chance.random() < 0.6}
        policy = Policy(
            name="drawn",
            version="1",
            contact="mailto:access@example.com",
            supported=self.supported(),
            measure=self.measure(),
            location=self.location(sources, facts, ruled),
            networks=self.networks(ruled),
            exemptions=self.exemptions(),
            open_paths=tuple(self.some(OPEN_PATHS, 3)),
            refusal=RefusalStyle(self.one(list(Dialect)), 403, "https://example.com/a", None),
            report_only=self.chance.random() < 0.1,
            tests=(),
        )
        policy, feeds = self.fed(policy)
        policy = changes.with_changes(policy, self.chance, self.dates, LISTED)
        at = self.one([*self.dates, self.middle])
        organizations = self.organizations()
        policy = self.handing(policy)
        files = {"policy.yaml": policytext.policy_text(policy), **feeds}
        if policy.supported.name != SHIPPED:
            files[policy.supported.name] = policytext.list_text(policy.supported.regions)
        return World(seed, at, policy, files, sources, facts, organizations)

    def sources(self) -> tuple[Told, ...]:
        names = ("iptoasn", "geo-whois", "third", "fourth")[: self.chance.randint(1, 4)]
        return tuple(
            self.told(name, [*REGIONS, NOWHERE], self.chance.randint(0, 40)) for name in names
        )

    def facts(self) -> tuple[Told, ...]:
        names = ("listed", "relays")[: self.chance.randint(0, 2)]
        drawn = [self.told(name, STATED, self.chance.randint(1, 12)) for name in names]
        # The official reader cannot list a network that begins at ::1:0:0, as `verify` asks it to.
        return tuple(replace(told, spans=tuple(map(_listable, told.spans))) for told in drawn)

    def told(self, name: str, words: Sequence[str], count: int) -> Told:
        maximum = self.chance.choice([1, 45, 400])
        made = self.one(self.dates).date() - timedelta(days=maximum)
        drawn = self.chance.choice([networks.nested, networks.apart])
        return Told(name, drawn(self.chance, words, count), made, maximum)

    def supported(self) -> SupportedList:
        territories = self.one(list(Territories))
        if self.chance.random() < 0.4:
            base = shipped(SHIPPED)
            return SupportedList(base.name, base.version, base.regions, territories, ())
        regions = frozenset(self.some(LISTED, len(LISTED)) or ["DE"])
        version = sha256(policytext.list_text(regions)).hexdigest()[:12]
        return SupportedList("list.csv", version, regions, territories, ())

    def measure(self) -> Measure:
        phases = self.chance.sample(list(Phase), self.chance.randint(1, 4))
        if not {Phase.WARN, Phase.BLOCK} & set(phases):
            phases.append(self.one([Phase.WARN, Phase.BLOCK]))
        dates = sorted(self.chance.sample(self.dates, len(phases)))
        return Measure(self.zone, tuple(zip(sorted(phases, key=_order), dates, strict=True)))

    def location(
        self, sources: Sequence[Told], facts: Sequence[Told], ruled: dict[str, Verdict]
    ) -> LocationRules:
        names = tuple(told.name for told in sources)
        return LocationRules(
            sources=names,
            agree=self.chance.randint(1, len(names)),
            unknown=self.verdict(),
            private=self.verdict(),
            special=self.verdict(),
            disputed=self.verdict(),
            stale=self.verdict(),
            anonymizers=ruled,
            subdivisions=self.one([None, *names]),
            facts=tuple(told.name for told in facts),
            stale_from=tuple(told.stale_from for told in sources),
        )

    def networks(self, ruled: dict[str, Verdict]) -> tuple[NetworkRule, ...]:
        """Entries of the policy; no two say different things of one kind about one address."""
        found: list[NetworkRule] = []
        for _ in range(self.chance.randint(0, 14)):
            rule = self.rule(self.one(["region", "verdict", *(["anonymizer"] if ruled else [])]))
            if rule.anonymizer is not None:
                rule = replace(rule, anonymizer=self.one(sorted(ruled)))
            if _reachable(rule) and not any(_collide(rule, other) for other in found):
                found.append(rule)
        return tuple(found)

    def rule(self, says: str) -> NetworkRule:
        return NetworkRule(
            network=networks.network(self.chance, self.one([networks.V4, networks.V6])),
            region=self.one(REGIONS) if says == "region" else None,
            verdict=self.verdict() if says == "verdict" else None,
            anonymizer="" if says == "anonymizer" else None,
            reason="Because",
            approver="who@example.com",
            expires=self.maybe_date(),
        )

    def fed(self, policy: Policy) -> tuple[Policy, dict[str, bytes]]:
        """Geofeeds beside the policy. Of one network nothing is said twice."""
        taken = {rule.network for rule in policy.networks}
        feeds, files = [], {}
        for name in ("acme.csv", "other.csv")[: self.chance.randint(0, 2)]:
            expires = self.maybe_date()
            drawn = [self.rule(self.one(["region", "region", "nothing"])) for _ in range(8)]
            drawn = [rule for rule in drawn if _held(rule) and rule.network not in taken]
            rows = list({rule.network: replace(rule, expires=expires) for rule in drawn}.values())
            taken |= {rule.network for rule in rows}
            if not any(rule.region for rule in rows):
                continue
            rows = [replace(row, origin=Origin(name, n)) for n, row in enumerate(rows, start=1)]
            files[name] = policytext.feed_text(rows)
            digest = sha256(files[name]).hexdigest()
            said = rows[0]
            feeds.append(
                GeofeedRules(name, digest, said.reason, said.approver, expires, tuple(rows))
            )
        return replace(policy, geofeeds=tuple(feeds)), files

    def exemptions(self) -> tuple[PolicyExemption, ...]:
        names = self.some(ORGANIZATIONS, 2)
        return tuple(
            PolicyExemption(name, "Because", "who@a.example", self.maybe_date()) for name in names
        )

    def handing(self, policy: Policy) -> Policy:
        """The policy with providers in region, and organizations that agreed to one."""
        served = ["CN", "HK", "UA", "UA-43", "US", "RU"]
        providers = tuple(
            Provider(name, frozenset(self.some(served, 4) or ["CN"]))
            for name in self.some(PROVIDERS, 2)
        )
        agreements = tuple(
            Agreement(name, self.one(providers).name, "Because", "who", self.maybe_date())
            for name in (self.some(ORGANIZATIONS, 4) if providers else [])
        )
        return replace(policy, providers=providers, agreements=agreements)

    def organizations(self) -> tuple[Organization, ...]:
        states = [State.EXEMPT, State.SUSPENDED, State.SUSPENDED]
        return tuple(
            Organization(
                name,
                Standing(self.one(states), self.maybe_date())
                if self.chance.random() < 0.8
                else ORDINARY,
            )
            for name in self.some(ORGANIZATIONS, 4)
        )

    def verdict(self) -> Verdict:
        return self.one(_PLACE)

    def maybe_date(self) -> datetime | None:
        return self.one([None, *self.dates])

    def one(self, among: Sequence[T]) -> T:
        return self.chance.choice(among)

    def some(self, among: Sequence[T], most: int) -> list[T]:
        return self.chance.sample(among, self.chance.randint(0, min(most, len(among))))


def _order(phase: Phase) -> int:
    return list(Phase).index(phase)


def _listable(span: Span) -> Span:
    """The span, or only its IPv4 half where it goes on into IPv6."""
    begins_or_holds = span.first <= 2**32 <= span.last
    return replace(span, last=max(span.first, 2**32 - 1)) if begins_or_holds else span


def _reachable(rule: NetworkRule) -> bool:
    """Whether a file may name the network: 0.0.0.0 and 0.0.0.1 count as :: and ::1."""
    return rule.network.version == 6 or int(rule.network.broadcast_address) > 1


def _held(rule: NetworkRule) -> bool:
    """Whether a geofeed may name the network: somebody could hold it."""
    try:
        require_of_one_holder(rule.network)
    except Wrong:
        return False
    return _reachable(rule)


def _collide(one: NetworkRule, other: NetworkRule) -> bool:
    """Whether the file could not say both: of one network, or different words of one kind."""
    within = one.network.version == other.network.version and one.network.overlaps(other.network)
    pairs = (
        (one.region, other.region),
        (one.verdict, other.verdict),
        (one.anonymizer, other.anonymizer),
    )
    differ = any(a is not None and b is not None and a != b for a, b in pairs)
    return one.network == other.network or (within and differ)
