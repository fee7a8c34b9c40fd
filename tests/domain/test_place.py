"""How votes are counted, how their age counts, and what a private relay is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest

from regiongate.domain.judge import judge, row_at, timeline
from regiongate.domain.location_rules import LocationRules
from regiongate.domain.measure import Measure, Phase
from regiongate.domain.network_rule import NetworkRule, Origin
from regiongate.domain.organization import ORDINARY
from regiongate.domain.place import Place, counted_votes, locate
from regiongate.domain.policy import Dialect, Policy, RefusalStyle
from regiongate.domain.supported_list import ListChange, SupportedList, Territories
from regiongate.domain.verdict import Verdict

ALLOW, WARN, BLOCK = Verdict.ALLOW, Verdict.WARN, Verdict.BLOCK
BEFORE = datetime(2024, 7, 1, tzinfo=UTC)
OLD = datetime(2024, 8, 1, tzinfo=UTC)
CRIMEA = ListChange("except", "UA-43", "Crimea.", None, None, None)
LOCATION = LocationRules(
    sources=("a", "b", "c"),
    agree=2,
    unknown=BLOCK,
    private=BLOCK,
    special=BLOCK,
    disputed=BLOCK,
    stale=WARN,
    anonymizers={"vpn": BLOCK, "tor": WARN},
    stale_from=(OLD, OLD, None),
)
POLICY = Policy(
    name="place",
    version="1",
    contact="mailto:a@example.com",
    supported=SupportedList(
        "LIST", "1", frozenset({"FR", "DE", "UA"}), Territories.MUST_BE_NAMED, (CRIMEA,)
    ),
    measure=Measure("UTC", ((Phase.BLOCK, datetime(2024, 6, 1, tzinfo=UTC)),)),
    location=LOCATION,
    networks=(),
    exemptions=(),
    open_paths=(),
    refusal=RefusalStyle(Dialect.OPENAI, 403, "https://example.com/a", None),
    report_only=False,
    tests=(),
)
FEED_RULES = (
    NetworkRule(
        network=ip_network("7.0.0.0/24"),
        region="CN",
        verdict=None,
        anonymizer=None,
        reason="A customer told us.",
        approver="noc@example.com",
        expires=None,
        origin=Origin("acme.csv", 3),
    ),
)
SPOKEN = replace(POLICY, location=replace(LOCATION, subdivisions="c"))


def _votes(text: str) -> tuple[str | None, ...]:
    return tuple(vote if vote != "-" else None for vote in text.split())


@pytest.mark.parametrize(
    ("votes", "counted", "supported", "agreeing"),
    [
        ("UA UA UA-43", "UA-43 UA-43 UA-43", False, 3),
        ("RU UA UA-43", "RU UA-43 UA-43", False, 3),
        ("RU RU UA-43", "RU RU UA-43", False, 3),
        ("UA UA-43 UA", "UA UA UA", True, 3),
        ("FR UA UA-43", "FR UA-43 UA-43", False, 2),
        ("UA-43 UA-43 -", "UA UA -", True, 2),
        ("- - UA-43", "- - UA-43", False, 1),
        ("FR DE UA", "FR DE UA", True, 3),
    ],
)
def test_one_source_speaks_for_parts(
    votes: str, counted: str, supported: bool, agreeing: int
) -> None:
    """Others agree on the country; only the speaker knows the part (docs/policy.md)."""
    said = _votes(votes)
    assert counted_votes(SPOKEN.location, said) == _votes(counted)
    located = locate(SPOKEN, Place(said), BEFORE)
    assert (located.supported, located.agreeing) == (supported, agreeing)
    assert counted_votes(POLICY.location, said) == said


@pytest.mark.parametrize(
    ("votes", "before", "after", "rule"),
    [
        ("CN CN CN", BLOCK, WARN, "location:stale"),
        ("CN - CN", BLOCK, WARN, "location:stale"),
        ("FR FR FR", ALLOW, ALLOW, "list:LIST"),
        ("CN FR -", BLOCK, WARN, "location:stale"),
        ("- - CN", BLOCK, BLOCK, "location:disputed"),
        ("- - -", BLOCK, BLOCK, "location:unknown"),
    ],
)
def test_old_sources_alone_do_no_more_than_the_policy_lets_them(
    votes: str, before: Verdict, after: Verdict, rule: str
) -> None:
    """Once too few of the sources that an answer rests on are young enough, at their instant."""
    place = Place(_votes(votes))
    early = judge(POLICY, place, ORDINARY, OLD - timedelta(seconds=1))
    late = judge(POLICY, place, ORDINARY, OLD)
    assert (early.verdict, late.verdict, late.rule) == (before, after, rule)
    assert early.place_class is late.place_class


def test_the_reason_names_the_old_sources() -> None:
    """And until when each of them may be used, so that it says the same as more of them age."""
    ages = replace(LOCATION, stale_from=(OLD, OLD + timedelta(days=9), None))
    policy = replace(POLICY, location=ages)
    place = Place(("CN", "CN", None))
    decision = judge(policy, place, ORDINARY, OLD)
    assert decision.reason == (
        "CN is not on the supported list LIST. But fewer than 2 of the sources that say so are "
        "within their maximum age (a until 2024-08-01, b until 2024-08-10): at most warn."
    )
    assert judge(policy, place, ORDINARY, OLD + timedelta(days=10)) == decision
    assert row_at(timeline(policy, place), OLD + timedelta(days=10)).since == OLD


def test_enough_young_sources_are_enough() -> None:
    """An old source beside them changes nothing."""
    policy = replace(POLICY, location=replace(LOCATION, stale_from=(OLD, None, None)))
    assert judge(policy, Place(("CN", "CN", "CN")), ORDINARY, OLD).verdict is BLOCK
    assert judge(policy, Place(("CN", "CN", None)), ORDINARY, OLD).verdict is WARN


def test_sources_that_may_block_when_old_make_no_date() -> None:
    """`stale: block` leaves every timeline as it is without ages."""
    policy = replace(POLICY, location=replace(LOCATION, stale=BLOCK))
    undated = replace(policy, location=replace(policy.location, stale_from=()))
    assert OLD in POLICY.change_instants()
    assert OLD not in policy.change_instants()
    for votes in ("CN CN CN", "CN FR -", "FR FR FR"):
        place = Place(_votes(votes))
        assert timeline(policy, place) == timeline(undated, place)


def test_a_correction_does_not_age() -> None:
    """It rests on no source; and its word, reason and approver are in the reason."""
    decision = judge(POLICY, Place(("FR",) * 3, rules=FEED_RULES), ORDINARY, OLD)
    assert (decision.verdict, decision.rule) == (BLOCK, "geofeed:acme.csv list:LIST")
    assert decision.reason == (
        "CN is not on the supported list LIST; the address is there by a correction "
        "(7.0.0.0/24, line 3 of acme.csv: A customer told us, approved by noc@example.com)."
    )


@pytest.mark.parametrize(
    ("kinds", "verdict", "rule"),
    [
        (("vpn",), BLOCK, "anonymizer:vpn"),
        (("tor",), WARN, "anonymizer:tor"),
        (("tor", "vpn"), BLOCK, "anonymizer:vpn"),
        (("hosting",), ALLOW, "list:LIST"),
        (("relay",), ALLOW, "list:LIST"),
        (("relay", "vpn"), ALLOW, "list:LIST"),
    ],
)
def test_what_sources_of_facts_state_counts(
    kinds: tuple[str, ...], verdict: Verdict, rule: str
) -> None:
    """The hardest rule about a kind; but a private relay keeps the country and evades nothing."""
    place = Place(("FR",) * 3, anonymizers=kinds)
    decision = judge(POLICY, place, ORDINARY, BEFORE)
    assert (decision.verdict, decision.rule) == (verdict, rule)


def test_the_policys_own_word_on_a_relay_counts() -> None:
    """What sources say of relays is no ground to overrule the policy."""
    (feed,) = FEED_RULES
    own = NetworkRule(feed.network, None, None, "vpn", "It sells access.", "noc@example.com", None)
    place = Place(("FR",) * 3, rules=(own,), anonymizers=("relay", "tor"))
    assert judge(POLICY, place, ORDINARY, BEFORE).rule == "anonymizer:vpn"
