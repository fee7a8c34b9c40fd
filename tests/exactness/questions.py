"""What is asked of a world: each border and its two neighbours, each date and its two seconds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_network

from regiongate.domain.address import SPECIAL_BLOCKS
from tests.exactness.networks import CARRYING, LAST
from tests.exactness.reading import ELSEWHERE
from tests.exactness.world import World

PATHS = ["/healthz", "/legal/terms", "/legal/a/b.html?q", "/legal/..;/v1", ELSEWHERE]
_V4_END = 2**32


def addresses(world: World) -> list[str]:
    """Texts of addresses in both families, the IPv4 ones in several forms."""
    found: dict[str, None] = {}
    for number in sorted(_numbers(world)):
        if number < _V4_END:
            found[str(IPv4Address(number))] = None
            found[_carried(number, number % 4)] = None
        if number <= 1 or number >= _V4_END:
            found[str(IPv6Address(number))] = None
    return list(found)


def instants(world: World) -> list[datetime]:
    """Each instant at which something changes, one second to each side, long ago and far ahead."""
    policy = world.policy
    dates = {at for _, at in policy.measure.starts}
    dates |= {edge for one in policy.supported.changes for edge in (one.start, one.end) if edge}
    dates |= {rule.expires for rule in policy.network_rules() if rule.expires is not None}
    dates |= {one.expires for one in policy.exemptions if one.expires is not None}
    dates |= {one.expires for one in policy.agreements if one.expires is not None}
    dates |= {told.stale_from for told in world.sources}
    dates |= {row.standing.until for row in world.organizations if row.standing.until is not None}
    shifts = [timedelta(seconds=seconds) for seconds in (-1, 0, 1)]
    around = {date + shift for date in dates for shift in shifts}
    return sorted(around | {datetime(1999, 1, 1, tzinfo=UTC), datetime(2150, 1, 1, tzinfo=UTC)})


def askers(world: World) -> list[str | None]:
    """No organization, one that nobody knows, and one of each standing that there is."""
    ids = {row.id for row in world.organizations}
    ids |= {one.organization for one in world.policy.exemptions}
    ids |= {one.organization for one in world.policy.agreements}
    return [None, "nobody", *sorted(ids)]


def _numbers(world: World) -> set[int]:
    edges = {0, _V4_END, LAST + 1}
    for told in (*world.sources, *world.facts):
        edges |= {edge for span in told.spans for edge in (span.first, span.last + 1)}
    named = [block.network for block in SPECIAL_BLOCKS]
    named += [rule.network for rule in world.policy.network_rules()]
    named += [ip_network(text) for text in CARRYING]
    for network in named:
        edges |= {int(network.network_address), int(network.broadcast_address) + 1}
    return {edge + shift for edge in edges for shift in _near(edge)}


def _near(edge: int) -> Iterator[int]:
    return (shift for shift in (-1, 0, 1) if 0 <= edge + shift <= LAST)


def _carried(number: int, way: int) -> str:
    """An IPv4 address in IPv6: mapped, behind NAT64, in 6to4, and compatible."""
    if way == 2:
        return str(IPv6Address(0x2002 << 112 | number << 80 | number))
    plain = IPv4Address(number)
    before = {0: "::ffff:", 1: "64:ff9b::", 3: "::" if number > 1 else "::ffff:"}
    return f"{before[way]}{plain}"
