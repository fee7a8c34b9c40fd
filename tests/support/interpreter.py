"""A slow and obvious reading of what a policy means, written without looking at the judge.

Each step is one sentence of docs/policy.md. Nothing is shared with `regiongate.domain.judge` or
`regiongate.domain.place`: an error there cannot repeat itself here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from regiongate.domain.organization import Standing
from regiongate.domain.place import Place
from regiongate.domain.policy import NetworkRule, Policy
from regiongate.domain.region import STATE_OF_TERRITORY

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
        verdict = softened(would, phase)
    if policy.report_only:
        verdict = "allow"
    return Answer(verdict, rule, place_class, would)


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
    if phase == "warn" and verdict == "block":
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
    for network in said:
        kind = network.anonymizer
        if kind is not None and kind in policy.location.anonymizers:
            wants = policy.location.anonymizers[kind].value
            if worst is None or HARDER.index(wants) > HARDER.index(worst[1]):
                worst = (kind, wants)
    if worst is not None and HARDER.index(worst[1]) > HARDER.index(verdict):
        place_class, rule, verdict = "anonymizer", f"anonymizer:{worst[0]}", worst[1]
    for network in said:
        if network.verdict is not None:
            return place_class, f"network:{network.network}", network.verdict.value
    return place_class, rule, verdict


def about_location(
    policy: Policy, place: Place, said: list[NetworkRule], at: datetime
) -> tuple[str, str, str]:
    """What the corrections say; else what kind of block it is; else what the sources say."""
    for network in said:
        if network.region is not None:
            supported, why = is_supported(policy, network.region, at)
            rule = f"network:{network.network} {why}"
            return ("supported", rule, "allow") if supported else ("unsupported", rule, "block")
    if place.group == "private":
        return "private", "location:private", policy.location.private.value
    if place.group == "special":
        return "special", "location:special", policy.location.special.value
    for_it: list[str] = []
    against: list[str] = []
    first: bool | None = None
    for region in place.votes:
        if region is None:
            continue
        supported, _ = is_supported(policy, region, at)
        (for_it if supported else against).append(region)
        if first is None:
            first = supported
    if first is None:
        return "unknown", "location:unknown", policy.location.unknown.value
    if len(for_it) == len(against):
        winners = for_it if first else against
    else:
        winners = for_it if len(for_it) > len(against) else against
    if len(winners) < policy.location.agree:
        return "disputed", "location:disputed", policy.location.disputed.value
    # The region with most votes speaks; among equals, whose first vote came first.
    named = max(winners, key=lambda region: (winners.count(region), -winners.index(region)))
    supported, rule = is_supported(policy, named, at)
    return ("supported", rule, "allow") if supported else ("unsupported", rule, "block")


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
