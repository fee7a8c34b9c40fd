"""Sightings under today's policy: what a network's side is, and when the region seen decides."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_network

import pytest

from regiongate.domain.network_rule import NetworkRule
from regiongate.domain.supported_list import ListChange
from regiongate.survey.screen import Screen
from tests.support.cases import policy, sees

AT = datetime(2026, 7, 1, tzinfo=UTC)


TABLE = sees(
    {
        "20.0.0.0/24": "FR",
        "20.0.1.0/24": "CN",
        "20.0.2.0/25": "FR",
        "20.0.2.128/25": "CN",
        "2a00:1::/48": "CN",
        "2a00:2::/49": "CN",
    }
)


@pytest.mark.parametrize(
    ("network", "seen", "unsupported"),
    [
        ("20.0.0.0/24", "CN", False),  # It is all French today, whatever it was.
        ("20.0.1.0/24", "FR", True),
        ("20.0.1.0/24", "", True),
        ("20.0.2.0/24", "CN", True),  # It is divided, so what was seen decides.
        ("20.0.2.0/24", "FR", False),
        ("20.0.9.0/24", "CN", False),  # No source knows it today.
        ("2a00:1::/48", "FR", True),
        ("2a00:2::/48", "FR", False),
        ("2002:1400:100::/48", "CN", True),  # It carries an IPv4 address: what was seen decides.
        ("2002:1400:100::/48", "", False),
    ],
)
def test_the_side_of_a_sighting(network: str, seen: str, unsupported: bool) -> None:
    """A network on one side is on that side; a divided one is where its addresses were seen."""
    found = Screen(policy(), [TABLE], AT).screen([(network, seen)])
    assert ((network, seen) in found.pairs) is unsupported


def test_a_change_of_the_list_counts() -> None:
    """A region that joins the list takes its sightings along, at its date."""
    change = ListChange("add", "CN", "opened", None, AT, None)
    before = policy()
    supported = replace(before.supported, changes=(*before.supported.changes, change))
    after = policy(supported=supported)
    pairs = [("20.0.1.0/24", "CN"), ("20.0.2.0/24", "CN")]
    assert Screen(before, [TABLE], AT).screen(pairs).pairs == set(pairs)
    found = Screen(after, [TABLE], AT).screen(pairs)
    assert (found.pairs, found.regions) == (frozenset(), frozenset())
    early = Screen(after, [TABLE], AT.replace(month=6)).screen(pairs)
    assert (early.pairs, early.regions) == (frozenset(pairs), frozenset({"CN"}))


def test_what_is_disputed_is_not_unsupported() -> None:
    """Where too few sources agree, nobody is affected by that network as a whole."""
    other = sees({"20.0.1.0/24": "FR"})
    found = Screen(policy(agree=2), [TABLE, other], AT).screen([("20.0.1.0/24", "CN")])
    assert not found.pairs


def test_a_correction_counts() -> None:
    """The policy's own word on a network wins over the sources."""
    rule = NetworkRule(ip_network("20.0.1.0/24"), "FR", None, None, "why", "who", None)
    found = Screen(policy(networks=(rule,)), [TABLE], AT).screen([("20.0.1.0/24", "CN")])
    assert not found.pairs
