"""Running the tests that a policy carries."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from regiongate.domain.place import Place
from regiongate.domain.verdict import Verdict
from regiongate.policyfile import load
from regiongate.policyfile.tests import Outcome, run

WritePolicy = Callable[..., Path]
EXAMPLE = Path(__file__).parents[2] / "examples" / "policy.yaml"


def _locate(address: str) -> Place:
    if address == "127.0.0.1":
        return Place((None,) * 3, "loopback", "private")
    return Place(("FR",) * 3)


def test_the_example_passes_its_tests() -> None:
    """Every test of the example passes when addresses can be located."""
    assert {result.outcome for result in run(load(EXAMPLE), _locate)} == {Outcome.PASSED}


def test_without_sources_a_test_of_an_address_is_skipped() -> None:
    """A test that could not be run is skipped and has no decision; it never counts as passed."""
    skipped = [r for r in run(load(EXAMPLE), None) if r.test.address is not None]
    assert skipped
    assert all(r.outcome is Outcome.SKIPPED and r.decision is None for r in skipped)


def test_a_failed_test_says_what_it_got(write_policy: WritePolicy) -> None:
    """A test with a wrong expectation fails and carries decision and line."""
    path = write_policy(add="tests:\n  - {region: CN, at: 2024-07-10, verdict: allow}\n")
    (result,) = run(load(path), None)
    assert result.outcome is Outcome.FAILED
    assert result.decision is not None
    assert result.decision.verdict is Verdict.BLOCK
    assert result.test.line == 24


def test_an_exemption_ends(write_policy: WritePolicy) -> None:
    """A test of an exempt organization is allowed before the exemption ends and blocked after."""
    path = write_policy(
        add="""\
organizations:
  - {organization: org-1, reason: Why., approver: me, expires: 2024-08-01}
tests:
  - {region: CN, organization: org-1, at: 2024-07-31T23:59:59, verdict: allow}
  - {region: CN, organization: org-1, at: 2024-08-01, verdict: block}
  - {region: CN, organization: org-2, at: 2024-07-31, verdict: block}
"""
    )
    assert [result.outcome for result in run(load(path), None)] == [Outcome.PASSED] * 3


def test_votes_test_how_they_are_counted(write_policy: WritePolicy) -> None:
    """A test that says what each source says needs no address; who is not named has no vote."""
    path = write_policy(
        ("agree: 2", "agree: 2\n  subdivisions: geo-whois"),
        ("follow-state", "follow-state\n  except: [{region: UA-43, reason: Crimea.}]"),
        add="""\
tests:
  - {votes: {iptoasn: UA, geo-whois: UA-43}, at: 2024-07-10, verdict: block}
  - {votes: {iptoasn: UA, geo-whois: UA, ipfire: UA-43}, at: 2024-07-10, verdict: allow}
  - {votes: {iptoasn: FR, ipfire: CN}, at: 2024-07-10, verdict: warn}
  - {votes: {ipfire: FR}, at: 2024-07-10, verdict: allow}
""",
    )
    *right, wrong = run(load(path), None)
    assert [result.outcome for result in right] == [Outcome.PASSED] * 3
    assert wrong.outcome is Outcome.FAILED
    assert wrong.test.where == "ipfire: FR"
