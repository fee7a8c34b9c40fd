"""A slow and obvious reading of what a policy means, written without looking at the judge.

Each step is one sentence of docs/policy.md. Nothing is shared with `regiongate.domain.judge` or
`regiongate.domain.place`: an error there cannot repeat itself here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from regiongate.domain.network_rule import NetworkRule, Origin
from regiongate.domain.organization import Standing
from regiongate.domain.place import Place
from regiongate.domain.policy import Policy
from regiongate.domain.region import STATE_OF_TERRITORY
from regiongate.domain.ruling import Ruling

ORDER = ["observe", "warn", "block", "suspend"]
HARDER = ["allow", "warn", "block"]


@dataclass(frozen=True)
class Answer:
    """What a request gets, and what it would get with the measure fully in force."""

    verdict: str
    rule: str
    place_class: str
    would: str


def answer(policy: Policy, place: Place, standing: Standing, at: datetime, path: str) -> Answer:
    """What one request gets."""
    phase = phase_at(policy, at)
    place_class, rule, would = about_place(policy, place, at)
    state = standing.state.value
    if standing.until is not None and at >= standing.until:
        state = "ordinary"
    opened = [pattern for pattern in policy.open_paths if opens(pattern, path)]
    if opened:
        rule, would, verdict = f"open-path:{opened[0]}", "allow", "allow"
    elif state == "suspended" and phase == "suspend":
        rule, would, verdict = "organization:suspended", "suspended", "suspended"
    elif state == "exempt":
        rule, would, verdict = "organization:exempt", "allow", "allow"
    else:
        provider = served_by(policy, place, standing, at, (place_class, rule, would))
        if provider is not None:
            would, rule = "hand-over", f"hand-over:{provider} {rule}"
        verdict = softened(would, phase)
    if policy.report_only:
        verdict = "allow"
    return Answer(verdict, rule, place_class, would)


def served_by(
    policy: Policy, place: Place, standing: Standing, at: datetime, given: tuple[str, str, str]
) -> str | None:
    """To whom it agreed to be handed over, where its region alone blocks it and is served there."""
    if standing.handed_until is not None and at >= standing.handed_until:
        return None
    said = [rule for rule in place.rules if rule.expires is None or at < rule.expires]
    if given != about_location(policy, place, said, at) or given[::2] != ("unsupported", "block"):
        return None
    for provider in policy.providers:
        if provider.name == standing.handed_to:
            region = region_named(policy, place, said, at)
            if region in provider.regions or region[:2] in provider.regions:
                return provider.name
    return None


def region_named(policy: Policy, place: Place, said: list[NetworkRule], at: datetime) -> str:
    """The region of a place that is not supported, whoever says so."""
    silent: list[str] = []
    for network in said:
        feed = network.origin.file if isinstance(network.origin, Origin) else ""
        if feed and network.region is None:
            silent.append(feed)
        if network.region is not None and feed not in silent:
            return network.region
    against = [
        region
        for _, region in votes_that_count(policy, place)
        if not is_supported(policy, region, at)[0]
    ]
    return max(against, key=lambda region: (against.count(region), -against.index(region)))


def phase_at(policy: Policy, at: datetime) -> str:
    """The furthest phase whose date has come; observe before all of them."""
    phase = "observe"
    for name in ORDER:
        for started, date in policy.measure.starts:
            if started.value == name and date <= at:
                phase = name
    return phase


def softened(verdict: str, phase: str) -> str:
    """No phase does more than it announced."""
    if phase == "observe":
        return "allow"
    if phase == "warn" and verdict in ("block", "hand-over"):
        return "warn"
    return verdict


def opens(pattern: str, path: str) -> bool:
    """Exactly itself; or, with a star, plain characters behind it. A query never matters."""
    path = path.split("?", maxsplit=1)[0]
    if pattern[-1] != "*":
        return path == pattern
    if path[: len(pattern) - 1] != pattern[:-1]:
        return False
    rest = path[len(pattern) - 1 :]
    return all(c.isascii() and (c.isalnum() or c in "/_.~+-") for c in rest)


def about_place(policy: Policy, place: Place, at: datetime) -> tuple[str, str, str]:
    """Class, rule and verdict from the place alone, hardest form."""
    said = [rule for rule in place.rules if rule.expires is None or at < rule.expires]
    place_class, rule, verdict = about_location(policy, place, said, at)
    worst: tuple[str, str] | None = None
    kinds = [network.anonymizer for network in said if network.anonymizer is not None]
    if "relay" not in place.anonymizers:
        kinds = kinds + list(place.anonymizers)
    for kind in kinds:
        if kind in policy.location.anonymizers:
            wants = policy.location.anonymizers[kind].value
            if worst is None or HARDER.index(wants) > HARDER.index(worst[1]):
                worst = (kind, wants)
    if worst is not None and HARDER.index(worst[1]) > HARDER.index(verdict):
        place_class, rule, verdict = "anonymizer", f"anonymizer:{worst[0]}", worst[1]
    for network in said:
        if network.verdict is not None:
            return place_class, who_says(network), network.verdict.value
    return place_class, rule, verdict


def about_location(
    policy: Policy, place: Place, said: list[NetworkRule], at: datetime
) -> tuple[str, str, str]:
    """What the corrections say; else what kind of block it is; else what the sources say."""
    silent: list[str] = []
    for network in said:
        feed = network.origin.file if isinstance(network.origin, Origin) else ""
        if feed and network.region is None:
            silent.append(feed)
        if network.region is not None and feed not in silent:
            supported, why = is_supported(policy, network.region, at)
            rule = f"{who_says(network)} {why}"
            return ("supported", rule, "allow") if supported else ("unsupported", rule, "block")
    if place.group == "private":
        return "private", "location:private", policy.location.private.value
    if place.group == "special":
        return "special", "location:special", policy.location.special.value
    return about_votes(policy, place, at)


def about_votes(policy: Policy, place: Place, at: datetime) -> tuple[str, str, str]:
    """The side with more votes wins; too few make it disputed; too old ones make it softer."""
    for_it: list[str] = []
    against: list[str] = []
    supporters: list[str] = []
    opponents: list[str] = []
    first: bool | None = None
    for source, region in votes_that_count(policy, place):
        supported, _ = is_supported(policy, region, at)
        (for_it if supported else against).append(region)
        (supporters if supported else opponents).append(source)
        if first is None:
            first = supported
    if first is None:
        return "unknown", "location:unknown", policy.location.unknown.value
    if len(for_it) == len(against):
        winners = for_it if first else against
    else:
        winners = for_it if len(for_it) > len(against) else against
    if len(winners) < policy.location.agree:
        disputed = "disputed", "location:disputed", policy.location.disputed.value
        return softer_for_age(policy, supporters + opponents, disputed, at)
    # The region with most votes speaks; among equals, whose first vote came first.
    named = max(winners, key=lambda region: (winners.count(region), -winners.index(region)))
    supported, rule = is_supported(policy, named, at)
    if supported:
        return "supported", rule, "allow"
    return softer_for_age(policy, opponents, ("unsupported", rule, "block"), at)


def who_says(network: NetworkRule) -> str:
    """The policy itself, a geofeed beside it, or a ruling in a case."""
    if isinstance(network.origin, Ruling):
        return f"{network.origin.kind.value}:{network.origin.id}"
    return f"geofeed:{network.origin.file}" if network.origin else f"network:{network.network}"


def votes_that_count(policy: Policy, place: Place) -> list[tuple[str, str]]:
    """The votes by source. Only the speaker knows parts; who names its country agrees with it."""
    asked = dict(zip(policy.location.sources, place.votes, strict=False))
    votes = {source: vote for source, vote in asked.items() if vote is not None}
    speaker = policy.location.subdivisions
    if speaker is None:
        return list(votes.items())
    spoken = votes.get(speaker, "")
    found = []
    for source, vote in votes.items():
        if source == speaker:
            found.append((source, vote))
        elif vote[:2] == spoken[:2] and "-" in spoken:
            found.append((source, spoken))
        else:
            found.append((source, vote[:2]))
    return found


def softer_for_age(
    policy: Policy, sources: list[str], answer: tuple[str, str, str], at: datetime
) -> tuple[str, str, str]:
    """At most `stale`, where an old source is needed for the answer."""
    most = policy.location.stale.value
    place_class, _, verdict = answer
    ends = dict(zip(policy.location.sources, policy.location.stale_from, strict=False))
    young = [source for source in sources if (end := ends.get(source)) is None or at < end]
    needed = len(young) < len(sources) and len(young) < policy.location.agree
    if needed and HARDER.index(verdict) > HARDER.index(most):
        return place_class, "location:stale", most
    return answer


def is_supported(policy: Policy, region: str, at: datetime) -> tuple[bool, str]:
    """The part, then its country, then the state that the country belongs to."""
    country = region[:2]
    for code in [region, country]:
        word = what_is_said_of(policy, code, at)
        if word is not None:
            return word
    state = STATE_OF_TERRITORY.get(country)
    if state is not None and policy.supported.territories.value == "follow-state":
        word = what_is_said_of(policy, state, at) or (False, f"list:{policy.supported.name}")
        return word[0], f"{word[1]} territory-of:{state}"
    return False, f"list:{policy.supported.name}"


def what_is_said_of(policy: Policy, code: str, at: datetime) -> tuple[bool, str] | None:
    """The change in force that began last; else the list; else nothing."""
    holding = []
    for change in policy.supported.changes:
        begun = change.start is None or change.start <= at
        ended = change.end is not None and change.end <= at
        if change.region == code and begun and not ended:
            holding.append(change)
    always = [change for change in holding if change.start is None]
    dated = [change for change in holding if change.start is not None]
    dated.sort(key=lambda change: str(change.start))
    for change in [*always, *dated][-1:]:
        return change.action == "add", f"{change.action}:{code}"
    if code in policy.supported.regions:
        return True, f"list:{policy.supported.name}"
    return None
