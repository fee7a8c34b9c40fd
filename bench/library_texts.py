"""What the library and its peers are asked: addresses as text, and a country database of ours."""

from __future__ import annotations

import random
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import maxminddb
import numpy as np

from regiongate.geo import wide
from regiongate.geo.mmdb import FieldPath, encode, read
from regiongate.geo.steps import Steps

V6_SHARE = 0.2
_COUNTRY = FieldPath(("country", "iso_code"))


@dataclass(frozen=True)
class Given:
    """What lies in a folder before any clock starts."""

    home: Path

    @property
    def bundle(self) -> Path:
        """The bundle of the example policy over the three bundled sources."""
        return self.home / "bundle"

    @property
    def database(self) -> Path:
        """The countries of that bundle as a MaxMind DB such as every reader knows."""
        return self.home / "country.mmdb"

    @property
    def networks(self) -> Path:
        """The same countries as CSV, network by network, for those that read no MaxMind DB."""
        return self.home / "country.csv"

    @property
    def texts(self) -> Path:
        """The addresses, one a line."""
        return self.home / "addresses.txt"

    def write(self, count: int) -> None:
        """Write the databases, and so many addresses; the bundle must be there."""
        picked = read(self.bundle / "verdict.mmdb").pick(_COUNTRY)
        known = np.array([-1 if row == (None,) else n for n, row in enumerate(picked.rows)])
        steps = picked.steps.remap(known)
        records = [{"country": {"iso_code": row[0] or ""}} for row in picked.rows]
        content = encode(
            steps, records, build_epoch=1, database_type="bench-Country", description="bench"
        )
        self.database.write_bytes(content)
        with maxminddb.open_database(self.database) as reader:
            rows = [f"{network},{_iso(record)}\n" for network, record in reader]
        self.networks.write_text("".join(rows))
        self.texts.write_text("".join(f"{text}\n" for text in addresses(steps, count)))


def addresses(steps: Steps, count: int) -> list[str]:
    """Addresses without any order, nearly all of them different.

    Four in five are IPv4, from all over 1.0.0.0 to 223.255.255.255. Of the IPv6 half lie in the
    first /64 of a network of the database, half anywhere in 2000::/3; written in their short form.
    """
    numbers = random.Random("regiongate bench")  # noqa: S311 - a sample, not a secret
    low, high = (np.searchsorted(steps.hi, wide.split([top << 124])[0])[0] for top in (2, 4))
    heads = steps.hi[low:high].tolist()
    return [_address(numbers, heads) for _ in range(count)]


def _address(numbers: random.Random, heads: list[int]) -> str:
    if numbers.random() >= V6_SHARE:
        return str(IPv4Address(numbers.randrange(1 << 24, 224 << 24)))
    if numbers.random() < 0.5:
        return str(IPv6Address(numbers.choice(heads) << 64 | numbers.getrandbits(64)))
    return str(IPv6Address(1 << 125 | numbers.getrandbits(125)))


def _iso(record: object) -> str:
    assert isinstance(record, dict)
    return str(record["country"]["iso_code"])
