"""What is asked of a bundle: which addresses, which instants, which paths."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address
from random import Random
from typing import Any

from regiongate.compiler.reader import BundleReader
from regiongate.domain.address import SPECIAL_BLOCKS, BadAddress, IPNetwork, canonical, fold
from regiongate.domain.network_rule import NetworkRule
from regiongate.domain.organization import Standing
from regiongate.domain.place import Place
from regiongate.domain.refusal import SELF_CHECK_PATH

Address = IPv4Address | IPv6Address

RANDOM_OF_EACH_FAMILY = 250
ROWS_OF_A_GEOFEED = 100
ORDINARY_PATH = "/v1/chat/completions"

_V6_IN_USE = (0x2001, 0x2400, 0x2600, 0x2800, 0x2A00, 0x2C00)
"""Where the registries give out IPv6; elsewhere nearly every address is unknown."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """One of the addresses that share a record and a place."""

    address: Address
    record: dict[str, Any] | None
    place: Place


def addresses(bundle: BundleReader) -> list[Address]:
    """The same addresses for the same bundle, each once, in a stable order."""
    probes = json.loads((bundle.folder / "probes.json").read_text("utf-8"))
    found = [canonical(text) for text in probes]
    for rule in rules(bundle):
        found.extend(_around(rule.network))
    for block in SPECIAL_BLOCKS:
        found.extend(_around(block.network))
    found.extend(canonical(t.address) for t in bundle.policy.tests if t.address is not None)
    found.extend(_random(bundle.generation))
    return list(dict.fromkeys(found))


def rules(bundle: BundleReader) -> list[NetworkRule]:
    """The network rules of rulings and of the policy file itself, some rows of each geofeed."""
    found = [*bundle.policy.ruled_networks(), *bundle.policy.networks]
    for feed in bundle.policy.geofeeds:
        random = Random(f"{bundle.generation} {feed.file}")  # noqa: S311 - a sample, no secret
        rows = min(ROWS_OF_A_GEOFEED, len(feed.rules))
        found += random.sample(feed.rules, rows)
    return found


def kinds(bundle: BundleReader) -> list[Sampled]:
    """One address for each combination of record and place among the sample."""
    found: dict[tuple[str, Place], Sampled] = {}
    for address in addresses(bundle):
        record, place = bundle.record(address), bundle.place(address)
        found.setdefault((json.dumps(record), place), Sampled(address, record, place))
    return list(found.values())


def instants(bundle: BundleReader, standing: Standing) -> list[datetime]:
    """The bundle's own instant, and each later date with the second before and after it."""
    begin = datetime.fromisoformat(bundle.manifest["at"])
    second = timedelta(seconds=1)
    dates = {*bundle.policy.change_instants(), standing.until, standing.handed_until}
    near = {d + shift for d in dates if d is not None for shift in (-second, second * 0, second)}
    return sorted({begin, *(at for at in near if at >= begin)})


def paths(bundle: BundleReader) -> list[str]:
    """An ordinary path, the self-check, and for each open path one that it opens."""
    opened = [
        f"{pattern[:-1]}below/it?query" if pattern.endswith("*") else f"{pattern}?query"
        for pattern in bundle.policy.open_paths
    ]
    return [ORDINARY_PATH, SELF_CHECK_PATH, *opened]


def near_misses(bundle: BundleReader) -> list[str]:
    """Paths that look like an open one. The judge says whether they are."""
    found = [f"{SELF_CHECK_PATH}/x"]
    for pattern in bundle.policy.open_paths:
        bare = pattern.removesuffix("*")
        found += [f"{bare}x", f"/x{bare}", bare.upper(), f"{bare}%2e%2e/v1", f"{bare};/v1", bare]
    return found


def _around(network: IPNetwork) -> Iterator[Address]:
    """Both ends of a network, and the address outside of each. An end that is carried folds."""
    first, last = network.network_address, network.broadcast_address
    for number in (int(first) - 1, int(first), int(last), int(last) + 1):
        try:
            yield fold(type(first)(number))
        except (ValueError, BadAddress):
            continue  # There is nothing beyond the first and the last address of all.


def _random(seed: str) -> Iterator[Address]:
    random = Random(seed)  # noqa: S311 - a sample, not a secret; the same for the same bundle
    for _ in range(RANDOM_OF_EACH_FAMILY):
        yield IPv4Address(random.getrandbits(32))
        block = random.choice(_V6_IN_USE) + random.randrange(16)
        yield fold(IPv6Address(block << 112 | random.getrandbits(112)))
