"""Rulings: what they may be about, and which word counts where several speak."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any

import pytest

from regiongate.domain.network_rule import NetworkRule
from regiongate.domain.organization import Organization, Standing, State, of_keys, standings
from regiongate.domain.policy import Policy, PolicyExemption
from regiongate.domain.ruling import Ruling, RulingKind
from regiongate.domain.verdict import Verdict
from tests.support.surveys import example

SOON, LATE = datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
KEY = b"k" * 32
EXEMPT, SUSPENDED = Standing(State.EXEMPT), Standing(State.SUSPENDED)


def ruling(kind: str, **facts: Any) -> Ruling:
    """A ruling with what all have in common."""
    return Ruling(RulingKind(kind), "1", "a reason", "bob", **facts)


def held(of: Standing, *rulings: Ruling, granted: tuple[PolicyExemption, ...] = ()) -> Standing:
    """The standing of an organization that the file gives one, once others have spoken."""
    policy = policy_with(*rulings, granted=granted)
    row = Organization("acme", of)
    return standings({"acme": row}, policy).get("acme", row).standing


def policy_with(*rulings: Ruling, granted: tuple[PolicyExemption, ...] = ()) -> Policy:
    """A policy with these rulings and exemptions of its own."""
    return replace(example(), rulings=rulings, exemptions=granted)


def exempt(until: datetime | None = None) -> Ruling:
    """An exemption of acme."""
    return ruling("exemption", organization="acme", until=until)


def test_the_harder_word_counts_whoever_says_it() -> None:
    """A suspension stands above an exemption, in the file, in the policy and in a case."""
    suspended = ruling("suspension", organization="acme")
    granted = (PolicyExemption("acme", "a reason", "board", None),)
    assert held(Standing(State.ORDINARY), exempt()) == EXEMPT
    assert held(Standing(State.ORDINARY), suspended, exempt(), granted=granted) == SUSPENDED
    assert held(SUSPENDED, exempt(), granted=granted) == SUSPENDED
    assert held(EXEMPT, suspended) == SUSPENDED


def test_the_longer_of_two_counts() -> None:
    """Of two exemptions, in whatever order they come."""
    short, long = exempt(SOON), exempt(LATE)
    assert held(Standing(State.EXEMPT, SOON), long) == Standing(State.EXEMPT, LATE)
    assert held(Standing(State.EXEMPT, LATE), short) == Standing(State.EXEMPT, LATE)
    assert held(EXEMPT, long) == EXEMPT
    assert held(Standing(State.ORDINARY), long, short) == Standing(State.EXEMPT, LATE)


def test_a_distant_end_is_not_in_the_table() -> None:
    """The gateway is told of it in time; until then the exemption has none there."""
    assert held(Standing(State.ORDINARY), replace(exempt(LATE), distant=True)) == EXEMPT


def test_an_organization_of_which_the_file_says_nothing() -> None:
    """It has a row of its own; the others none."""
    found = standings({"other": Organization("other")}, policy_with(exempt()))
    assert found == {"acme": Organization("acme", EXEMPT)}


def test_a_key_stands_above_its_organization_only() -> None:
    """An exempt key of an ordinary one; not of a suspended one; not where nothing is gained."""
    rulings = [ruling("exemption", key=KEY, until=LATE)]
    exempt_key = {KEY: Standing(State.EXEMPT, LATE)}
    assert of_keys({}, rulings) == exempt_key
    assert of_keys({KEY: Organization("acme")}, rulings) == exempt_key
    assert of_keys({KEY: Organization("acme", Standing(State.EXEMPT, SOON))}, rulings) == exempt_key
    assert of_keys({KEY: Organization("acme", EXEMPT)}, rulings) == {}
    assert of_keys({KEY: Organization("acme", SUSPENDED)}, rulings) == {}


def test_networks_are_rules_before_those_of_the_file() -> None:
    """An exemption allows, a correction says a region; both end, and say whose word they are."""
    network = ip_network("192.0.2.0/24")
    own = NetworkRule(network, None, Verdict.BLOCK, None, "a reason", "board", None)
    allows = ruling("exemption", network=network, until=SOON)
    moves = ruling("correction", network=network, region="FR")
    policy = replace(policy_with(allows, moves), networks=(own,), geofeeds=())
    first, second, last = policy.network_rules()
    assert (first.verdict, first.region, first.said_by) == (Verdict.ALLOW, None, "exemption:1")
    assert (second.verdict, second.region, second.said_by) == (None, "FR", "correction:1")
    assert last == own
    assert (first.holds(SOON), second.holds(LATE)) == (False, True)
    assert SOON in policy.change_instants()


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("exemption", {}),
        ("exemption", {"organization": "acme", "key": KEY}),
        ("suspension", {"key": KEY}),
        ("suspension", {"network": ip_network("192.0.2.0/24")}),
        ("correction", {"organization": "acme", "region": "FR"}),
        ("correction", {"network": ip_network("192.0.2.0/24")}),
        ("exemption", {"network": ip_network("192.0.2.0/24"), "region": "FR"}),
    ],
)
def test_a_ruling_is_about_one_thing(kind: str, facts: dict[str, Any]) -> None:
    """What would be applied by half cannot be said."""
    with pytest.raises(ValueError, match=f"{kind}:1"):
        ruling(kind, **facts)
