"""One small world, and what every reader must find in the database that is written of it."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_network

from regiongate.geo.mmdb import encode
from regiongate.geo.ranges import from_networks

RECORDS: tuple[dict[str, object], ...] = (
    {
        "country": {"iso_code": "FR"},
        "subdivisions": [{"iso_code": "IDF"}, {"iso_code": "75"}],
        "city": {"names": {"en": "Paris", "ja": "パリ"}},
        "location": {"latitude": 48.8534, "longitude": 2.3488},
        "autonomous_system_number": 64500,
        "autonomous_system_organization": "Exemple SA",
        "is_anonymous": False,
    },
    {
        "country": {"iso_code": "RU", "is_in_european_union": False},
        "city": {"names": {"en": "unsupported list:openai-2024-08"}},
        "autonomous_system_number": 7,
        "is_anonymous": True,
        "is_anonymous_vpn": True,
        "is_hosting_provider": True,
    },
    {
        "country": {"iso_code": "DE"},
        "subdivisions": [],
        "autonomous_system_number": 4_200_000_000,
        "numbers": [0, -5, 1 << 40, 1 << 100, 0.25],
        "bytes": b"\x00\xff",
        "long": "x" * 400,
    },
)

_NETWORKS = {
    "1.0.0.0/24": 0,
    "1.0.0.128/25": 1,
    "203.0.113.7/32": 2,
    "2a00::/16": 1,
    "2a00:1::/32": 0,
    "2a02::1/128": 2,
}

FOUND: Mapping[str, int | None] = {
    "1.0.0.0": 0,
    "1.0.0.127": 0,
    "1.0.0.128": 1,
    "1.0.1.0": None,
    "0.255.255.255": None,
    "203.0.113.6": None,
    "203.0.113.7": 2,
    "2a00::": 1,
    "2a00:0:ffff::1": 1,
    "2a00:1::5": 0,
    "2a00:2::": 1,
    "2a01::": None,
    "2a02::1": 2,
    "2a02::2": None,
    # The networks that stand for IPv4.
    "::ffff:1.0.0.1": 0,
    "64:ff9b::cb00:7107": 2,
    "2002:100:80::1": 1,
    "2002:100:180::1": None,
}
"""For each address the index of its record."""


def atlas(record_size: int) -> bytes:
    """The world as a database whose tree has records of this size, in bits."""
    return encode(
        from_networks([(ip_network(network), record) for network, record in _NETWORKS.items()]),
        RECORDS,
        build_epoch=1_800_000_000,
        database_type="test-City",
        description="A small world",
        record_size=record_size,
    )
