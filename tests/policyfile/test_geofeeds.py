"""Geofeeds beside a policy: reviewed rows are corrections."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from regiongate.domain.covering import Covering
from regiongate.domain.network_rule import NetworkRule, Origin
from regiongate.domain.place import Place, locate
from regiongate.domain.policy import Policy
from regiongate.policyfile import load
from regiongate.policyfile.diff import SettingChange, difference
from regiongate.policyfile.show import overview

WritePolicy = Callable[..., Path]
AT = datetime(2024, 7, 10, tzinfo=UTC)
ENDS = datetime(2024, 8, 1, 7, tzinfo=UTC)
SECTION = """\
geofeeds:
  - {file: acme.csv, reason: A customer told us., approver: noc, expires: 2024-08-01}
"""
FEED = """\
# network,country,part
192.0.2.0/24,de,DE-BE,Berlin,
192.0.2.0/25,US,US-PR,,
192.0.2.0/26,US,Somewhere,,
192.0.2.0/27,,,,
192.0.2.0/25,US,US-PR,,twice
2001:db8::,FR,,,
"""


@pytest.fixture
def policy(write_policy: WritePolicy) -> Policy:
    """A policy with a geofeed."""
    path = write_policy(add=SECTION)
    (path.parent / "acme.csv").write_text(FEED)
    return load(path)


def test_each_row_is_a_correction(policy: Policy) -> None:
    """With the most specific region that ISO knows, the entry's reason, and the row as origin."""
    (feed,) = policy.geofeeds
    assert (feed.file, feed.digest) == ("acme.csv", sha256(FEED.encode()).hexdigest())
    assert feed.rules[0] == NetworkRule(
        network=ip_network("192.0.2.0/24"),
        region="DE-BE",
        verdict=None,
        anonymizer=None,
        reason="A customer told us.",
        approver="noc",
        expires=ENDS,
        origin=Origin("acme.csv", 2),
    )
    said = [(str(rule.network), rule.region) for rule in feed.rules[1:]]
    assert said == [
        ("192.0.2.0/25", "PR"),
        ("192.0.2.0/26", "US"),
        ("192.0.2.0/27", None),
        ("2001:db8::/128", "FR"),
    ]
    assert policy.network_rules() == feed.rules
    assert ENDS in policy.change_instants()


@pytest.mark.parametrize(
    ("address", "region"),
    [
        ("192.0.2.200", "DE-BE"),
        ("192.0.2.100", "PR"),
        ("192.0.2.40", "US"),
        ("192.0.2.1", None),
        ("2001:db8::", "FR"),
        ("2001:db8::1", None),
    ],
)
def test_the_most_specific_row_counts(policy: Policy, address: str, region: str | None) -> None:
    """Where it names no country, no wider row of the file speaks for it either."""
    rules = Covering(policy.network_rules()).address(ip_address(address))
    place = Place((None, None, None), rules=rules)
    assert locate(policy, place, AT).region == region
    assert locate(policy, place, ENDS).region is None


def test_another_file_may_speak_where_one_is_silent(write_policy: WritePolicy) -> None:
    """A row without a country is silence, not a word against others."""
    more = "  - {file: other.csv, reason: Another., approver: noc, expires: never}\n"
    path = write_policy(add=SECTION + more)
    (path.parent / "acme.csv").write_text(FEED)
    (path.parent / "other.csv").write_text("192.0.0.0/16,AT,,,\n")
    policy = load(path)
    rules = Covering(policy.network_rules()).address(ip_address("192.0.2.1"))
    located = locate(policy, Place((None, None, None), rules=rules), AT)
    assert (located.region, located.rule) == ("AT", "geofeed:other.csv list:openai-2024-08")


def test_what_differs_is_told_by_file(write_policy: WritePolicy, policy: Policy) -> None:
    """`diff` and `show` speak of a geofeed as one thing, not of its rows."""
    before = load(write_policy(name="before.yaml"))
    digest = sha256(FEED.encode()).hexdigest()[:12]
    assert difference(before, policy, AT).settings == (
        SettingChange(
            "geofeeds[acme.csv]", None, f"5 rows ({digest}), expires 2024-08-01T07:00:00Z"
        ),
    )
    whats = [date.what for date in overview(policy, AT).dates]
    assert [what for what in whats if "geofeed" in what] == ["geofeed acme.csv expires"]
