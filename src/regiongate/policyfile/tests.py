"""Running the tests that a policy carries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC
from enum import StrEnum

from regiongate.domain.judge import judge
from regiongate.domain.organization import ORDINARY, Standing, under
from regiongate.domain.place import Place
from regiongate.domain.policy import Policy, PolicyTest
from regiongate.domain.verdict import Decision

Locate = Callable[[str], Place]
"""What finds the place of an address; the sources it asks are not known here."""


class Outcome(StrEnum):
    """How a test ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Result:
    """One test, how it ended, and the decision it got; a skipped test got none."""

    test: PolicyTest
    outcome: Outcome
    decision: Decision | None

    def __str__(self) -> str:
        """What was asked, what must come of it, and what came of it."""
        test, decision = self.test, self.decision
        whose = "" if test.organization is None else f" of {test.organization}"
        at = test.at.astimezone(UTC).isoformat().replace("+00:00", "Z")
        who = f"{test.where}{whose} at {at}"
        if decision is None:
            return f"skipped: {who}: addresses cannot be located here"
        got = f"{decision.verdict} ({decision.rule}: {decision.reason})"
        return f"{who} must {test.verdict}, got {got}"


def run(policy: Policy, locate: Locate | None) -> list[Result]:
    """Every test of a policy, in the order of the file.

    A test of an address needs `locate`. Without it such a test is skipped, never passed. A test
    says what the rules mean, so it is run as if `report_only` were off.
    """
    policy = replace(policy, report_only=False)
    return [_run_one(policy, test, locate) for test in policy.tests]


def _run_one(policy: Policy, test: PolicyTest, locate: Locate | None) -> Result:
    place = _place(policy, test, locate)
    if place is None:
        return Result(test, Outcome.SKIPPED, None)
    decision = judge(policy, place, _standing(policy, test.organization), test.at)
    passed = decision.verdict is test.verdict
    return Result(test, Outcome.PASSED if passed else Outcome.FAILED, decision)


def _place(policy: Policy, test: PolicyTest, locate: Locate | None) -> Place | None:
    sources = policy.location.sources
    if test.votes:
        votes = dict(test.votes)
        return Place(votes=tuple(votes.get(source) for source in sources))
    if test.address is None:
        return Place(votes=(test.region,) * len(sources))
    return None if locate is None else locate(test.address)


def _standing(policy: Policy, organization: str | None) -> Standing:
    own = (row.standing for row in under((), policy) if row.id == organization)
    return next(own, ORDINARY)
