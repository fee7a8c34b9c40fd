"""The formats in which sources are written: one file each, all of them giving a `RawTable`."""

from __future__ import annotations

from collections.abc import Mapping

from regiongate.geo.formats import (
    cidr_list,
    csv_networks,
    csv_ranges,
    geofeed,
    geolite2,
    ipfire,
    mmdb,
    rir,
    tor,
)
from regiongate.geo.formats.raw import ANYTHING, Label, RawTable, Reader, Wanted

FORMATS: Mapping[str, Reader] = {
    "mmdb": mmdb.read,
    "csv-ranges": csv_ranges.read,
    "csv-networks": csv_networks.read,
    "geolite2-csv": geolite2.read,
    "rir": rir.read,
    "geofeed": geofeed.read,
    "ipfire": ipfire.read,
    "tor-geoip": tor.read,
    "cidr-list": cidr_list.read,
}

__all__ = ["ANYTHING", "FORMATS", "Label", "RawTable", "Reader", "Wanted"]
