"""Networks and spans, drawn from pools so small that borders fall together or lie within others."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from itertools import pairwise
from random import Random

from tests.exactness.world import Span

Network = IPv4Network | IPv6Network

V4 = [
    "0.0.0.0/0", "0.0.0.0/8", "0.0.0.0/30", "1.0.0.0/8", "1.2.0.0/16", "1.2.3.0/24",
    "9.255.255.0/24", "10.0.0.0/8", "11.0.0.0/30", "100.64.0.0/10", "126.0.0.0/7", "127.0.0.0/8",
    "192.0.0.0/22", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "203.0.113.0/24",
    "223.255.255.0/24", "224.0.0.0/4", "240.0.0.0/4", "255.255.255.0/24",
]  # fmt: skip
V6 = [
    "2000::/3", "2001::/16", "2001::/23", "2001::/32", "2001:db8::/32", "2001:0:4136::/48",
    "2003::/18", "2a01:7::/32", "2a01:7::/64", "3fff::/20", "64:ff9b:1::/48", "64:ff9b:2::/48",
    "fc00::/7", "fe80::/10", "ff00::/8", "ffff::/16", "ffff:ffff:ffff:ffff::/64",
    "0:0:0:1::/64", "::1/128", "::/127", "8000::/1",
]  # fmt: skip
CARRYING = ["2002::/16", "2002:102:300::/40", "64:ff9b::/96", "::ffff:0:0/96", "::/96"]
"""Where IPv6 carries IPv4: a source may speak of them, and nobody asks it there."""

LAST = 2**128 - 1


def network(chance: Random, bases: Sequence[str]) -> Network:
    """A network in one of the bases, or a base itself."""
    base = ip_network(chance.choice(bases))
    longest = base.max_prefixlen
    most = longest - base.prefixlen
    longer = min(chance.choice([0, 0, 1, 2, 8, max(most - 1, 0), most]), most)
    length = base.prefixlen + longer
    chosen = chance.choice([0, 1, (1 << longer) - 1, chance.getrandbits(longer or 1)])
    host = longest - length
    first = int(base.network_address) + (chosen % (1 << longer) << host)
    kind = IPv4Network if base.version == 4 else IPv6Network
    return kind((first, length))


def nested(chance: Random, words: Sequence[str], count: int) -> tuple[Span, ...]:
    """Spans that are networks, many of them within each other."""
    found: dict[tuple[int, int], Span] = {}
    for _ in range(count):
        one = network(chance, chance.choice([V4, V4, V6, V6, CARRYING]))
        first, last = int(one.network_address), int(one.broadcast_address)
        found.setdefault((first, last), Span(first, last, chance.choice(words)))
    return tuple(found.values())


def apart(chance: Random, words: Sequence[str], count: int) -> tuple[Span, ...]:
    """Spans that lie apart, with borders that are no network's; some touch, some leave gaps."""
    cuts = {0, LAST + 1} if chance.random() < 0.3 else set[int]()
    for _ in range(count):
        one = network(chance, chance.choice([V4, V6]))
        edge = chance.choice([int(one.network_address), int(one.broadcast_address) + 1])
        cuts.add(min(max(edge + chance.choice([-1, 0, 0, 0, 1, 3]), 0), LAST + 1))
    borders = sorted(cuts)
    spans = pairwise(borders)
    return tuple(
        Span(first, end - 1, chance.choice(words)) for first, end in spans if chance.random() < 0.7
    )
