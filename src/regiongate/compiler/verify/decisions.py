"""Would Envoy, with this gate and this database, decide as the policy says?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from regiongate.compiler.verify import sample
from regiongate.compiler.verify.finding import Finding
from regiongate.compiler.verify.gate import EVERYBODY, Gate, OpenBundle
from regiongate.compiler.verify.history import Expected, History
from regiongate.compiler.verify.leaf import Leaf
from regiongate.compiler.verify.sample import Sampled
from regiongate.domain.hand_over import handed_to
from regiongate.domain.judge import open_path
from regiongate.domain.organization import ORDINARY, Standing
from regiongate.domain.place import Place
from regiongate.domain.policy import Policy
from regiongate.domain.refusal import REGION, SELF_CHECK_PATH, UNKNOWN, ground_of
from regiongate.domain.verdict import Verdict

FILE = "envoy/gate.json"


@dataclass(frozen=True, slots=True)
class Question:
    """One request, as far as a decision depends on it."""

    kind: Sampled
    standing: Standing
    at: datetime
    path: str

    def __str__(self) -> str:
        who = f"{self.kind.address} ({self.standing.name})"
        return f"{who} at {_instant(self.at)} for {self.path}"


def check_decisions(bundle: OpenBundle) -> Iterator[Finding]:
    """Ask the gate about the sample, and the judge about the same, and compare every word."""
    asking = _Asking(bundle, bundle.gate)
    yield from asking.compare_places()
    asked = [one for one in standings(bundle, asking.gate) if not _is_known(bundle, one)]
    if not asked:
        return
    found = sample.kinds(bundle)
    # One of each place is enough for the others once all of them are right for the ordinary.
    few = list({asking.place_of(kind): kind for kind in found}.values())
    for standing in asked:
        instants = sample.instants(bundle, standing)
        for kind in found if standing == ORDINARY else few:
            for path in sample.paths(bundle):
                yield from asking.compare(kind, standing, instants, path)
            yield from asking.compare_table(kind, standing, instants)
    if ORDINARY not in asked:
        return
    begin = sample.instants(bundle, ORDINARY)[:1]
    for path in sample.near_misses(bundle):
        for kind in found:
            yield from asking.compare(kind, ORDINARY, begin, path)


def standings(bundle: OpenBundle, gate: Gate) -> list[Standing]:
    """Every standing that some request can have at this gate."""
    if gate.organizations is None:
        return [ORDINARY]
    held = {*(row.standing for row in bundle.special.values()), *bundle.keys.values()}
    return sorted({ORDINARY, *held}, key=lambda standing: standing.name)


def _is_known(bundle: OpenBundle, standing: Standing) -> bool:
    """Whether the sound bundle decides for a standing by the same words about the same places."""
    sound, name = bundle.sound, standing.name
    if sound is None or not bundle.same_places or bundle.gate.organizations is None:
        return False
    return all(
        name in ours and ours[name] == theirs.get(name)
        for ours, theirs in (
            (bundle.timeless_chains, sound.timeless_chains),
            (bundle.decisions["standings"], sound.decisions["standings"]),
        )
    )


class _Asking:
    def __init__(self, bundle: OpenBundle, gate: Gate) -> None:
        self.bundle = bundle
        self.policy = bundle.policy
        self.gate = gate
        self._histories: dict[tuple[Place, Standing, str | None], History] = {}

    def history(self, place: Place, standing: Standing, path: str | None = None) -> History:
        """What the judge says; all that counts of a path is which open path covers it."""
        opened = open_path(self.policy.open_paths, path)
        key = (place, standing, opened)
        if key not in self._histories:
            self._histories[key] = History(self.policy, place, standing, path)
        return self._histories[key]

    def compare(
        self, kind: Sampled, standing: Standing, instants: list[datetime], path: str
    ) -> Iterator[Finding]:
        located = self.gate.located(kind.record)
        # The self-check tells what an ordinary path would get.
        judged = None if path == SELF_CHECK_PATH else path
        history = self.history(kind.place, standing, judged)
        for at in instants:
            leaf = self.gate.answer(located, standing.name, at, path)
            expected = history.at(at)
            for message in _differences(self.policy, leaf, expected, path, self.bundle.generation):
                question = Question(kind, standing, at, path)
                yield Finding("decisions", FILE, f"{question}: {message}")

    def place_of(self, kind: Sampled) -> str:
        """The place key that Envoy sees, the one of an unknown place where it sees none."""
        unknown = str(self.bundle.decisions["unknown"])
        return self.gate.located(kind.record).get(self.gate.fields["city"], unknown)

    def compare_places(self) -> Iterator[Finding]:
        """The gate has answers for the places of the table, and for no others."""
        table, city = self.bundle.decisions, self.gate.fields["city"]
        for standing, tree in self.gate.deciders.items():
            name = table["ordinary"] if standing == EVERYBODY else standing
            listed = set(table["standings"].get(name, ())) - {table["unknown"]}
            for key in sorted(listed ^ tree.knows[city]):
                where = "the table alone" if key in listed else "the gate alone"
                message = f"the place {key!r} is known to {where} for {name}"
                yield Finding("decisions", FILE, message)

    def compare_table(
        self, kind: Sampled, standing: Standing, instants: list[datetime]
    ) -> Iterator[Finding]:
        """The readable table, by which a running gateway is probed, says the same."""
        rows = self.bundle.decisions["standings"][standing.name][self.place_of(kind)]
        history = self.history(kind.place, standing)
        for at in instants:
            said, must = row_at(rows, at), history.at(at).decision
            names = ("verdict", "rule", "class", "would")
            found = [said[name] for name in names]
            if found != [must.verdict, must.rule, must.place_class, must.would]:
                question = Question(kind, standing, at, "any path")
                message = f"{question}: the table says {found}, the policy {must.rule}"
                yield Finding("decisions", "decisions.json", message)


def row_at(rows: list[dict[str, Any]], at: datetime) -> dict[str, Any]:
    """The row of a readable table that holds at an instant."""
    now = _instant(at)
    return next(row for row in rows if row["until"] is None or now < row["until"])


def _differences(
    policy: Policy, leaf: Leaf | None, expected: Expected, path: str, generation: str
) -> Iterator[str]:
    """In what a leaf differs from what it must be."""
    if leaf is None:
        yield "no leaf decides"
        return
    must = _must_say(expected, generation)
    refuses = expected.decision.verdict.refuses
    if path == SELF_CHECK_PATH:
        must |= _policy(policy) | _self_check(expected)
        refuses = True
    elif refuses:
        must |= _policy(policy) | _refusal(policy, expected)
    handed = expected.decision.verdict is Verdict.HAND_OVER and path != SELF_CHECK_PATH
    provider = handed_to(expected.decision.rule) if handed else None
    if provider is not None:
        must["hand-over"] = provider
    if leaf.reroutes != handed:
        yield "it hands a request over" if leaf.reroutes else "it hands no request over"
    if leaf.response.get("x-region-access-served-by") != provider:
        yield f"the answer does not say that {provider} served it"
    for name in sorted(must.keys() | leaf.says.keys()):
        if must.get(name) != leaf.says.get(name):
            yield f"{name} is {leaf.says.get(name)!r}, by the policy it is {must.get(name)!r}"
    if leaf.refuses != refuses:
        yield "it lets a request pass" if refuses else "it stops a request"
    yield from _response_differences(policy, leaf, expected, path)


def _must_say(expected: Expected, generation: str) -> dict[str, str]:
    decision = expected.decision
    said = {
        "verdict": decision.verdict.value,
        "rule": decision.rule,
        "class": decision.place_class.value,
        "generation": generation,
    }
    if decision.would is not decision.verdict:
        said["would"] = decision.would.value
    return said


def _policy(policy: Policy) -> dict[str, str]:
    return {"policy": policy.name, "version": policy.version}


def _refusal(policy: Policy, expected: Expected) -> dict[str, str]:
    ground, style = ground_of(expected.decision), policy.refusal
    said = {
        "answer": f"{style.dialect.value}-{style.status}{_movable(expected)}",
        "code": ground.code,
        "message": ground.message,
        "appeal": style.appeal,
    }
    return said if expected.since is None else said | {"since": _instant(expected.since)}


def _movable(expected: Expected) -> str:
    """Advice to a call from a cloud is in place where it is about to be refused for its place."""
    decision = expected.decision
    about_place = ground_of(decision) in (REGION, UNKNOWN)
    return "-movable" if about_place and decision.would in (Verdict.WARN, Verdict.BLOCK) else ""


def _self_check(expected: Expected) -> dict[str, str]:
    if expected.next is None:
        return {"answer": f"self-check-final{_movable(expected)}"}
    verdict, at = expected.next
    answer = f"self-check-next{_movable(expected)}"
    return {"answer": answer, "next-verdict": verdict.value, "next-at": _instant(at)}


def _response_differences(
    policy: Policy, leaf: Leaf, expected: Expected, path: str
) -> Iterator[str]:
    """A warning says so and names the date of the block; a 451 names who demands it."""
    warns = expected.decision.verdict is Verdict.WARN and path != SELF_CHECK_PATH
    sunset = None
    if warns and expected.next is not None and expected.next[0].refuses:
        sunset = format_datetime(expected.next[1].astimezone(UTC), usegmt=True)
    if leaf.response.get("sunset") != sunset:
        yield f"the sunset is {leaf.response.get('sunset')!r}, by the policy it is {sunset!r}"
    if leaf.response.get("x-region-access", "").startswith("warn;") != warns:
        yield "it does not warn" if warns else "it warns"
    refused = expected.decision.verdict.refuses and path != SELF_CHECK_PATH
    demanded = policy.refusal.blocked_by if refused else None
    if demanded is not None and demanded not in leaf.response.get("link", "").replace("%%", "%"):
        yield f"no link names {demanded}, who demands the block"


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
