"""The limiter: how often a network may ask, and what it costs to remember."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from pathlib import Path

import pytest

from regiongate.server.security.limit import LIMITS, Limit, Limiter

HERE, THERE = ip_address("192.0.2.1"), ip_address("198.51.100.1")
SLOW = {"page": Limit(rate=0.5, burst=3), "login": Limit(rate=0.5, burst=3)}


def test_a_burst_and_then_a_rate() -> None:
    """Three at once; from then on one in two seconds, and who asks too early takes nothing."""
    limiter = Limiter(SLOW)
    assert [limiter.take("page", HERE, 100.0) for _ in range(4)] == [None, None, None, 2.0]
    assert limiter.take("page", HERE, 101.5) == 0.5
    assert limiter.take("page", HERE, 102.0) is None
    assert limiter.take("page", HERE, 102.0) == 2.0


def test_a_bucket_is_never_fuller_than_full() -> None:
    """However long nobody asks."""
    limiter = Limiter(SLOW)
    limiter.take("page", HERE, 0.0)
    taken = [limiter.take("page", HERE, 1e6) for _ in range(4)]
    assert taken == [None, None, None, 2.0]


def test_networks_and_purposes_have_their_own() -> None:
    """A /24 or a /48 shares a bucket; no other network and no other purpose is in it."""
    limiter = Limiter(SLOW)
    for _ in range(3):
        limiter.take("page", HERE, 0.0)
    assert limiter.take("page", ip_address("192.0.2.255"), 0.0) is not None
    assert limiter.take("page", THERE, 0.0) is None
    assert limiter.take("login", HERE, 0.0) is None
    for last in range(3):
        assert limiter.take("page", ip_address(f"2001:db8:1:{last}::1"), 0.0) is None
    assert limiter.take("page", ip_address("2001:db8:1:ffff::1"), 0.0) is not None
    assert limiter.take("page", ip_address("2001:db8:2::1"), 0.0) is None


def test_to_look_takes_nothing() -> None:
    """Whether one would have to wait is told as often as one likes."""
    limiter = Limiter(SLOW)
    assert [limiter.wait("page", HERE, 0.0) for _ in range(9)] == [None] * 9
    for _ in range(3):
        limiter.take("page", HERE, 0.0)
    assert [limiter.wait("page", HERE, 1.0) for _ in range(9)] == [1.0] * 9
    assert limiter.wait("page", HERE, 2.0) is None


def test_memory_is_bounded() -> None:
    """The network that asked longest ago goes; that is counted where it let somebody ask sooner."""
    limiter = Limiter(SLOW, largest=2)
    first, second, third = (ip_address(f"10.0.{net}.1") for net in range(3))
    for address in (first, second, first, third):
        limiter.take("page", address, 0.0)
    assert limiter.forgotten == 1
    assert limiter.wait("page", second, 0.0) is None
    for _ in range(2):
        limiter.take("page", first, 0.0)
    assert limiter.wait("page", first, 0.0) is not None
    limiter.take("page", second, 100.0)
    assert limiter.forgotten == 1


def test_threads_share_a_limiter() -> None:
    """Of many who ask at once, as many get through as the burst says."""
    limiter = Limiter({"page": Limit(rate=1e-9, burst=50)})
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: limiter.take("page", HERE, 0.0), range(400)))
    assert taken.count(None) == 50


def test_a_clock_that_stands_still_or_goes_back_gives_nothing() -> None:
    """Nobody gains by it."""
    limiter = Limiter(SLOW)
    for _ in range(3):
        limiter.take("page", HERE, 50.0)
    assert limiter.take("page", HERE, 10.0) == 2.0
    assert limiter.take("page", HERE, 51.0) == 1.0


def test_secrets_cannot_be_guessed() -> None:
    """A /24 that does nothing else tries fewer than 1 500 a day, of 2 to the power of 256."""
    limiter = Limiter()
    tried = sum(limiter.take("guess", HERE, at * 30.0) is None for at in range(2880))
    assert 1440 <= tried < 1500


@pytest.mark.parametrize(("rate", "burst"), [(0, 1), (1, 0), (-1, 1)])
def test_a_limit_lets_somebody_through(rate: float, burst: int) -> None:
    """A bucket that never fills is a mistake."""
    with pytest.raises(ValueError, match="nobody"):
        Limit(rate, burst)


def test_what_has_no_limit_is_a_mistake() -> None:
    """A purpose must be named; none is unlimited by a typo."""
    assert LIMITS
    with pytest.raises(KeyError):
        Limiter().take("pages", HERE, 0.0)


def test_every_limit_is_on_the_page() -> None:
    """docs/access.md names each purpose, how much at once and how often then."""
    page = (Path(__file__).parents[3] / "docs" / "access.md").read_text("utf-8")
    said = re.findall(r"^\| `(\w+)`: [^|]+ \| (\d+) \| (\S+) (?:a|in) (\w+) ?(\w*) \|$", page, re.M)
    seconds = {"second": 1, "minute": 60, "five": 300}
    found = {
        purpose: Limit(float(count) / seconds[time], int(burst))
        for purpose, burst, count, time, _ in said
    }
    assert found == dict(LIMITS)
