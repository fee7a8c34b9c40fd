"""What a right file becomes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

import pytest

from regiongate.domain.errors import CannotRun, ProblemsFound
from regiongate.domain.measure import Phase
from regiongate.domain.network_rule import NetworkRule
from regiongate.domain.policy import Dialect
from regiongate.domain.supported_list import Territories
from regiongate.domain.verdict import Verdict
from regiongate.policyfile import check, load

WritePolicy = Callable[..., Path]
NOW = datetime(2024, 7, 10, tzinfo=UTC)
EXAMPLE = Path(__file__).parents[2] / "examples" / "policy.yaml"


def test_the_example_is_right_at_any_time() -> None:
    """The example has no problem, now or in a hundred years, for its overrides never expire."""
    assert check(EXAMPLE, NOW) == []
    assert check(EXAMPLE, NOW.replace(year=2124)) == []


def test_a_date_is_midnight_in_the_time_zone_of_the_measure() -> None:
    """`block: 2024-07-09` in Los Angeles is seven o'clock in UTC."""
    measure = load(EXAMPLE).measure
    assert measure.time_zone == "America/Los_Angeles"
    assert measure.start(Phase.BLOCK) == datetime(2024, 7, 9, 7, tzinfo=UTC)
    assert measure.start(Phase.OBSERVE) == datetime(2024, 6, 1, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2024-07-09T09:00", datetime(2024, 7, 9, 16, tzinfo=UTC)),
        ("2024-07-09T09:00:30", datetime(2024, 7, 9, 16, 0, 30, tzinfo=UTC)),
        ("2024-07-09T09:00Z", datetime(2024, 7, 9, 9, tzinfo=UTC)),
        ("2024-07-09T09:00+09:00", datetime(2024, 7, 9, 0, tzinfo=UTC)),
        ('"2024-07-09"', datetime(2024, 7, 9, 7, tzinfo=UTC)),
        ("2024-11-03T01:30-08:00", datetime(2024, 11, 3, 9, 30, tzinfo=UTC)),
    ],
)
def test_times_are_local_unless_they_have_an_offset(
    write_policy: WritePolicy, written: str, meant: datetime
) -> None:
    """A time without an offset is local; one with an offset is what it says."""
    policy = load(write_policy(("block: 2024-07-09", f"block: {written}")))
    assert policy.measure.start(Phase.BLOCK) == meant


def test_norway_is_not_false(write_policy: WritePolicy) -> None:
    """`NO` is Norway, although YAML 1.1 reads it as false."""
    path = write_policy(
        (
            "  territories: follow-state\n",
            "  territories: follow-state\n  remove: [{region: NO, reason: Leaves.}]\n",
        ),
        add="tests:\n  - {region: NO, at: 2024-07-10, verdict: block}\n",
    )
    policy = load(path)
    assert [change.region for change in policy.supported.changes] == ["NO"]
    assert policy.tests[0].region == "NO"


def test_kosovo_is_a_region(write_policy: WritePolicy) -> None:
    """`XK` is accepted: databases answer with it, though ISO leaves it to its users."""
    path = write_policy(
        (
            "  territories: follow-state\n",
            "  territories: follow-state\n  add: [{region: XK, reason: Opens.}]\n",
        )
    )
    assert load(path).supported.supports("XK", NOW) == (True, "add:XK")


def test_everything_a_file_says_arrives(write_policy: WritePolicy) -> None:
    """Each optional section becomes the value that the domain has for it."""
    path = write_policy(
        ("  disputed: warn\n", "  disputed: warn\n  anonymizers: {tor: block, vpn: warn}\n"),
        (
            "  dialect: openai\n",
            "  dialect: problem\n  status: 451\n  blocked_by: https://example.com/law\n",
        ),
        ("follow-state", "must-be-named"),
        add="""\
networks:
  - {network: "2001:db8::/32", anonymizer: tor, reason: An exit., approver: me, expires: 2025-01-01}
organizations:
  - {organization: "0017", reason: A newsroom., approver: me, expires: never}
open_paths: [/healthz, "/legal/*"]
report_only: true
""",
    )
    policy = load(path)
    assert policy.location.anonymizers == {"tor": Verdict.BLOCK, "vpn": Verdict.WARN}
    assert policy.refusal.dialect is Dialect.PROBLEM
    assert (policy.refusal.status, policy.refusal.blocked_by) == (451, "https://example.com/law")
    assert policy.supported.territories is Territories.MUST_BE_NAMED
    assert policy.networks == (
        NetworkRule(
            network=ip_network("2001:db8::/32"),
            region=None,
            verdict=None,
            anonymizer="tor",
            reason="An exit.",
            approver="me",
            expires=datetime(2025, 1, 1, 8, tzinfo=UTC),
        ),
    )
    assert [(e.organization, e.expires) for e in policy.exemptions] == [("0017", None)]
    assert policy.open_paths == ("/healthz", "/legal/*")
    assert policy.report_only is True


def test_what_is_not_said_is_little(write_policy: WritePolicy) -> None:
    """Only these have a default: no overrides, no open paths, status 403, not report-only."""
    policy = load(write_policy())
    assert not (policy.networks or policy.exemptions or policy.open_paths or policy.tests)
    assert policy.refusal.status == 403
    assert policy.report_only is False


def test_a_byte_order_mark_is_no_problem(write_policy: WritePolicy) -> None:
    """A file as Windows editors write it is read."""
    path = write_policy()
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert load(path).name == "example-api"


def test_lifted_and_restored_regions_may_follow_each_other(write_policy: WritePolicy) -> None:
    """A region added and later removed again contradicts nothing."""
    changes = """\
  territories: follow-state
  add: [{region: VE, reason: Opens., from: 2024-09-01}]
  remove: [{region: VE, reason: Closes., from: 2025-09-01}]
  except: [{region: VE-A, reason: Stays closed., from: 2024-09-01}]
"""
    policy = load(write_policy(("  territories: follow-state\n", changes)))
    years = [datetime(year, 1, 1, tzinfo=UTC) for year in (2024, 2025, 2026)]
    assert [policy.supported.supports("VE", at)[0] for at in years] == [False, True, False]


@pytest.mark.parametrize("name", ["missing.yaml", ".", "a\0b"])
def test_an_unreadable_file_is_one_sentence(tmp_path: Path, name: str) -> None:
    """A file that cannot be opened raises CannotRun with its name and the remedy."""
    with pytest.raises(CannotRun, match=r"cannot be read .*: check the path"):
        load(tmp_path / name)
    with pytest.raises(CannotRun):
        check(tmp_path / name, NOW)


def test_a_huge_file_is_refused(tmp_path: Path) -> None:
    """More than a megabyte is refused before it is parsed."""
    path = tmp_path / "huge.yaml"
    path.write_text("x" * (1 << 20) + "x")
    assert [problem.code for problem in check(path, NOW)] == ["too-large"]


def test_expired_entries_can_be_loaded(write_policy: WritePolicy) -> None:
    """What has expired no longer holds; only `check` at a later instant complains."""
    path = write_policy(
        add="organizations:\n"
        "  - {organization: org-1, reason: Why., approver: me, expires: 2024-07-01}\n"
    )
    assert load(path).exemptions[0].organization == "org-1"
    assert check(path, datetime(2024, 7, 1, 6, tzinfo=UTC)) == []
    assert [p.code for p in check(path, datetime(2024, 7, 1, 7, tzinfo=UTC))] == ["expired"]


def test_problems_are_told_together(write_policy: WritePolicy) -> None:
    """`load` raises every problem at once, sorted by place."""
    with pytest.raises(ProblemsFound) as caught:
        load(write_policy(("unknown: block", "unknown: deny"), ("name: ", "nam: ")))
    problems = caught.value.problems
    assert [problem.code for problem in problems] == [
        "missing-key",
        "unknown-key",
        "unknown-verdict",
    ]
    assert problems == sorted(problems)
