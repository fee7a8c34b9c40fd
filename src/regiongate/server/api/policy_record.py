"""A policy, a draft and what it would change, as the API says them."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from regiongate.compiler.difference import AddressChange
from regiongate.control.policies.look import Look
from regiongate.control.policies.traffic import Traffic
from regiongate.domain.errors import Problem
from regiongate.domain.verdict import Verdict
from regiongate.policyfile.diff import RegionChange, SettingChange
from regiongate.policyfile.show import Overview
from regiongate.policyfile.tests import Outcome, Result


class InForce(BaseModel):
    """The policy in force, worked out at this instant."""

    overview: Overview
    text: str | None = Field(description="The policy file; null where no gateway has run.")
    generation: str | None
    generations: list[str] = Field(description="Those that are kept, to go back to.")


class TestRecord(BaseModel):
    """What became of one expectation that a policy file carries."""

    address: str | None
    region: str | None
    organization: str | None
    at: datetime
    line: int
    expected: Verdict
    outcome: Outcome
    got: Verdict | None
    rule: str | None


class Changes(BaseModel):
    """What a text would change against the policy in force."""

    regions: list[RegionChange]
    settings: list[SettingChange]
    addresses: list[AddressChange]
    traffic: Traffic | None


class LookRecord(BaseModel):
    """What there is to say of a text as a policy: with problems there may be nothing else."""

    problems: list[Problem]
    tests: list[TestRecord]
    changes: Changes | None


def look_record(found: Look) -> LookRecord:
    """The record of a look."""
    brought = found.brought
    changes = None
    if brought is not None:
        changes = Changes(
            regions=list(brought.settled.regions),
            settings=list(brought.settled.settings),
            addresses=list(brought.addresses),
            traffic=brought.traffic,
        )
    tests = [_test(one) for one in found.tests]
    return LookRecord(problems=list(found.problems), tests=tests, changes=changes)


def _test(one: Result) -> TestRecord:
    test, got = one.test, one.decision
    return TestRecord(
        address=test.address,
        region=test.region,
        organization=test.organization,
        at=test.at,
        line=test.line,
        expected=test.verdict,
        outcome=one.outcome,
        got=None if got is None else got.verdict,
        rule=None if got is None else got.rule,
    )
