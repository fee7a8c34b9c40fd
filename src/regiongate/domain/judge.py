"""The rules: what one request gets, from the policy, its place, its organization and the instant.

This is the only place where a verdict is made. The compiler asks it for every place, standing
and instant that can occur and writes the answers down; `explain` asks it again.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from string import ascii_letters, digits

from regiongate.domain.hand_over import RULE, Provider
from regiongate.domain.measure import Phase
from regiongate.domain.network_rule import NetworkRule, Origin
from regiongate.domain.organization import ORDINARY, Standing, State
from regiongate.domain.place import Located, Place, locate
from regiongate.domain.policy import Policy
from regiongate.domain.ruling import Ruling
from regiongate.domain.verdict import Change, Decision, PlaceClass, Row, Verdict

_PLAIN = frozenset(ascii_letters + digits + "/_.~+-")
_HARDNESS = {Verdict.ALLOW: 0, Verdict.WARN: 1, Verdict.BLOCK: 2}


def judge(
    policy: Policy, place: Place, standing: Standing, at: datetime, path: str | None = None
) -> Decision:
    """The decision for one request. Pure: same arguments, same answer.

    Order: an open path is open to all; a suspended organization is refused from the measure's
    suspend date on; an exempt one is allowed; then the place decides, up to the phase's ceiling.
    What the region blocks is handed over where the organization agreed and the provider serves it.
    """
    located = locate(policy, place, at)
    place_class, would, rule, reason = _judge_place(policy, place, located, at)
    phase = policy.measure.phase(at)
    opened = open_path(policy.open_paths, path)
    state = standing.state_at(at)
    if opened is not None:
        verdict = would = Verdict.ALLOW
        rule, reason = f"open-path:{opened}", f"The path {opened} is open to everyone."
    elif state is State.SUSPENDED and phase is Phase.SUSPEND:
        verdict = would = Verdict.SUSPENDED
        rule, reason = "organization:suspended", "The organization is suspended."
    elif state is State.EXEMPT:
        verdict = would = Verdict.ALLOW
        rule, reason = "organization:exempt", "The organization is exempt from the region rules."
    else:
        provider = policy.provider(standing.handed_to_at(at))
        if provider is not None and _served(provider, located, would, rule):
            would, rule = Verdict.HAND_OVER, f"{RULE}{provider.name} {rule}"
            reason += f" The organization agreed to be served by {provider.name}."
        verdict = phase.ceiling(would)
    if policy.report_only:
        verdict = Verdict.ALLOW
    return Decision(verdict, rule, place_class, reason, would)


def _served(provider: Provider, located: Located, would: Verdict, rule: str) -> bool:
    """Whether the region alone is the ground, and the provider serves it.

    A rule of a network, of an anonymizer or of the age of sources is another ground.
    """
    if would is not Verdict.BLOCK or located.disputed or rule != located.rule:
        return False
    return located.region is not None and provider.serves(located.region)


def open_path(open_paths: Iterable[str], path: str | None) -> str | None:
    """The open path that covers a request path (query string ignored), or None.

    A pattern that ends in `*` opens every path below it; any other pattern opens exactly itself.
    Below a `*` only plain characters count: what a server might decode into another path (`%2e`,
    `\\`, `;`) must not ride on an open one.
    """
    if path is None:
        return None
    bare = path.partition("?")[0]
    for pattern in open_paths:
        if not pattern.endswith("*"):
            if bare == pattern:
                return pattern
        elif bare.startswith(pattern[:-1]) and _PLAIN.issuperset(bare[len(pattern) - 1 :]):
            return pattern
    return None


def timeline(
    policy: Policy, place: Place, standing: Standing = ORDINARY, path: str | None = None
) -> list[Row]:
    """Every decision that the policy's dates make for one place and standing, in order of time.

    The first row holds since ever, the last for good; rows that say the same are one row.
    """
    instants = set(policy.change_instants())
    instants |= {end for end in (standing.until, standing.handed_until) if end is not None}
    starts = sorted(instants)
    # The earliest instant there is stands for all instants before the first date.
    before = datetime.min.replace(tzinfo=starts[0].tzinfo)
    found: list[tuple[datetime | None, Decision]] = []
    for start in [None, *starts]:
        decision = judge(policy, place, standing, before if start is None else start, path)
        if not found or found[-1][1] != decision:
            found.append((start, decision))
    ends = [start for start, _ in found[1:]] + [None]
    return [
        Row(decision, start, end, _next_verdict(found[index:]))
        for index, ((start, decision), end) in enumerate(zip(found, ends, strict=True))
    ]


def row_at(rows: list[Row], at: datetime) -> Row:
    """The row of a timeline that holds at an instant."""
    return next(row for row in rows if row.until is None or at < row.until)


def _next_verdict(rest: list[tuple[datetime | None, Decision]]) -> Change | None:
    now = rest[0][1].verdict
    for start, decision in rest[1:]:
        if decision.verdict is not now and start is not None:
            return Change(decision.verdict, start)
    return None


def _judge_place(
    policy: Policy, place: Place, located: Located, at: datetime
) -> tuple[PlaceClass, Verdict, str, str]:
    """Class, verdict without any ceiling, rule and reason, from the place alone."""
    holding = [rule for rule in place.rules if rule.holds(at)]
    fixed = next((rule for rule in holding if rule.verdict is not None), None)
    place_class, verdict, rule, reason = _judge_location(policy, place, located)
    stale = _stale(policy, located, at, verdict)
    if stale is not None:
        verdict, rule, reason = policy.location.stale, "location:stale", f"{reason} {stale}"
    anonymizer = _anonymizer(policy, place, holding)
    if anonymizer is not None and _HARDNESS[anonymizer[1]] > _HARDNESS[verdict]:
        kind, verdict = anonymizer
        place_class, rule = PlaceClass.ANONYMIZER, f"anonymizer:{kind}"
        reason = f"The address belongs to an anonymizer ({kind}), which has a rule of its own."
    if fixed is not None and fixed.verdict is not None:
        return place_class, fixed.verdict, fixed.said_by, _of_network(fixed)
    return place_class, verdict, rule, reason


def _judge_location(
    policy: Policy, place: Place, located: Located
) -> tuple[PlaceClass, Verdict, str, str]:
    rules = policy.location
    if place.group is not None and located.region is None:
        group = PlaceClass.PRIVATE if place.group == "private" else PlaceClass.SPECIAL
        verdict = rules.private if group is PlaceClass.PRIVATE else rules.special
        reason = f"The address lies in a special-purpose block ({place.special}): it has no region."
        return group, verdict, located.rule, reason
    if located.region is None:
        reason = "No source knows where the address is."
        return PlaceClass.UNKNOWN, rules.unknown, "location:unknown", reason
    if located.disputed:
        reason = f"Only {located.agreeing} of {len(place.votes)} sources agree; {rules.agree} must."
        return PlaceClass.DISPUTED, rules.disputed, "location:disputed", reason
    listed = f"the supported list {policy.supported.name}"
    by = _by_whose_word(located)
    if located.supported:
        reason = f"{located.region} is on {listed}{by}."
        return PlaceClass.SUPPORTED, Verdict.ALLOW, located.rule, reason
    reason = f"{located.region} is not on {listed}{_why(policy, located)}{by}."
    return PlaceClass.UNSUPPORTED, Verdict.BLOCK, located.rule, reason


def _why(policy: Policy, located: Located) -> str:
    """The policy's own reason for a removal or an exception, where that is the rule."""
    changes = (c for c in policy.supported.changes if f"{c.action}:{c.region}" in located.rule)
    said = next(changes, None)
    return "" if said is None else f" ({said.action} {said.region}: {said.reason})"


def _by_whose_word(located: Located) -> str:
    """Where a correction decides: which one, why, and who approved it."""
    rule = located.correction
    if rule is None:
        return ""
    where = f"{rule.network}" + ("" if rule.origin is None else f", {_origin(rule.origin)}")
    why = rule.reason.removesuffix(".")
    return f"; the address is there by a correction ({where}: {why}, approved by {rule.approver})"


def _of_network(rule: NetworkRule) -> str:
    """The policy's own reason; of a ruling also which one it is, and who approved it."""
    if not isinstance(rule.origin, Ruling):
        return rule.reason
    return f"{_origin(rule.origin)} ({rule.network}): {rule.reason}, approved by {rule.approver}"


def _origin(origin: Origin | Ruling) -> str:
    if isinstance(origin, Ruling):
        return f"{origin.kind} {origin.id}"
    return f"line {origin.line} of {origin.file}"


def _stale(policy: Policy, located: Located, at: datetime, verdict: Verdict) -> str | None:
    """Why a verdict is softened for the age of the sources it rests on; None when it is not.

    The sentence is the same from the first instant on at which it is true: it names every source
    that has an end, also one that has not come to it.
    """
    rules = policy.location
    if _HARDNESS[verdict] <= _HARDNESS[rules.stale]:
        return None
    old = rules.too_old(at).keys() & set(located.rests_on)
    if not old or len(located.rests_on) - len(old) >= rules.agree:
        return None
    ends = dict(zip(rules.sources, rules.stale_from, strict=True))
    asked = (rules.sources[row] for row in located.rests_on)
    named = ", ".join(f"{name} until {end:%Y-%m-%d}" for name in asked if (end := ends[name]))
    return (
        f"But fewer than {rules.agree} of the sources that say so are within their maximum age "
        f"({named}): at most {rules.stale}."
    )


def _anonymizer(
    policy: Policy, place: Place, holding: list[NetworkRule]
) -> tuple[str, Verdict] | None:
    """The hardest rule about a kind that the policy or its sources of facts state, and the kind."""
    own = (rule.anonymizer for rule in holding if rule.anonymizer is not None)
    kinds = (*own, *place.evading)
    anonymizers = policy.location.anonymizers
    ruled = [(kind, anonymizers[kind]) for kind in kinds if kind in anonymizers]
    return max(ruled, key=lambda item: _HARDNESS[item[1]], default=None)
