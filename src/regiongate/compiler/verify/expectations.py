"""Do the policy's own tests hold in what was compiled from it?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from regiongate.compiler.verify.decisions import row_at
from regiongate.compiler.verify.finding import Finding
from regiongate.compiler.verify.gate import Gate, OpenBundle
from regiongate.compiler.verify.history import History
from regiongate.compiler.verify.sample import ORDINARY_PATH
from regiongate.domain.address import canonical
from regiongate.domain.organization import ORDINARY, Standing, under
from regiongate.domain.place import Place
from regiongate.domain.policy import PolicyTest
from regiongate.domain.refusal import SELF_CHECK_PATH
from regiongate.domain.ruling import Ruling

FILE = "policy/policy.yaml"


def check_expectations(bundle: OpenBundle) -> Iterator[Finding]:
    """Each test asked of the table, and from the bundle's instant on of the gate as well."""
    if bundle.policy.report_only:
        return  # Tests say what the rules mean; these artifacts allow everything.
    gate = bundle.gate
    for test in bundle.policy.tests:
        if _is_ruled(bundle, test):
            continue  # A test speaks of the policy alone, and here a case has decided otherwise.
        for where, verdict in _verdicts(bundle, gate, test):
            if verdict != test.verdict:
                who = f"line {test.line}: {test.where} at {test.at.isoformat()}"
                message = f"{who} must {test.verdict}, {where} says {verdict}"
                yield Finding("tests", FILE, message)


def _verdicts(bundle: OpenBundle, gate: Gate, test: PolicyTest) -> Iterator[tuple[str, str]]:
    table, standing = bundle.decisions, _standing(bundle, test)
    key = _place_key(bundle, test)
    rows = table["standings"].get(standing.name, {}).get(key)
    if rows is None:
        # No address has such a place, or no organization such a standing: the artifacts are silent.
        return
    yield "the table", row_at(rows, test.at)["verdict"]
    if test.at < datetime.fromisoformat(bundle.manifest["at"]):
        return  # What is past is not in the gate any more.
    if standing != ORDINARY and gate.organizations is None:
        return
    located = {gate.fields["city"]: key}
    # The self-check tells the verdict even where the ordinary path should be an open one.
    for path in (ORDINARY_PATH, SELF_CHECK_PATH):
        leaf = gate.answer(located, standing.name, test.at, path)
        yield f"the gate for {path}", "nothing" if leaf is None else leaf.says["verdict"]


def _is_ruled(bundle: OpenBundle, test: PolicyTest) -> bool:
    if test.address is None:
        return False
    rules = bundle.place(canonical(test.address)).rules
    return any(isinstance(rule.origin, Ruling) for rule in rules)


def _place_key(bundle: OpenBundle, test: PolicyTest) -> str:
    """What the database says of a test's address; a region stands for all sources naming it."""
    if test.address is None:
        said = dict(test.votes) or dict.fromkeys(bundle.policy.location.sources, test.region)
        place = Place(votes=tuple(said.get(name) for name in bundle.policy.location.sources))
        return History(bundle.policy, place, ORDINARY).key()
    record = bundle.record(canonical(test.address))
    return str(bundle.decisions["unknown"] if record is None else record["city"]["names"]["en"])


def _standing(bundle: OpenBundle, test: PolicyTest) -> Standing:
    """A test speaks of the policy alone, so only what it says itself counts."""
    own = (row.standing for row in under((), bundle.policy) if row.id == test.organization)
    return next(own, ORDINARY)
