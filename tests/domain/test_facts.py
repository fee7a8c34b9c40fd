"""Facts about an address other than its region, and the advice that follows from them."""

from __future__ import annotations

from regiongate.domain.facts import (
    NO_FACTS,
    AutonomousSystem,
    Cloud,
    Facts,
    Site,
    advice_on,
    combined,
)

HONG_KONG = Cloud("AWS", "ap-east-1", Site("Hong Kong", "HK"))


def test_a_cloud_is_told_by_provider_region_and_place() -> None:
    """What is not known is left out, never guessed."""
    assert HONG_KONG.words == "AWS ap-east-1, Hong Kong"
    assert Cloud("AWS", "us-south-1").words == "AWS us-south-1"
    assert Cloud("Cloudflare").words == "Cloudflare"
    assert AutonomousSystem(64500, "Example").words == "AS64500 Example"


def test_advice_names_the_cloud_and_what_to_pin() -> None:
    """One sentence, which says where the call left from and where to move it."""
    said = advice_on(HONG_KONG)
    assert said.startswith("This call left from AWS ap-east-1, Hong Kong: pin ")
    assert said.endswith("in a supported country.")


def test_no_advice_suggests_a_way_around() -> None:
    """Moving the call is honest; a VPN or another country's server would hide it."""
    for cloud in (HONG_KONG, Cloud("Cloudflare"), Cloud("Example")):
        said = advice_on(cloud).lower()
        assert not any(word in said for word in ("vpn", "proxy", "relay", "tor "))


def test_kinds_accumulate_and_of_clouds_the_first_counts() -> None:
    """Two sources that state of one address what each knows."""
    first = Facts(("vpn",), HONG_KONG)
    second = Facts(("hosting", "vpn"), Cloud("Other"), AutonomousSystem(64500))
    together = combined(first, second)
    assert together == Facts(("hosting", "vpn"), HONG_KONG, AutonomousSystem(64500))
    assert combined(NO_FACTS, together) == together
