"""The formats in which sources are written: one file each, all of them giving a `RawTable`."""

from __future__ import annotations

from collections.abc import Mapping

from regiongate.geo.formats import csv_networks, csv_ranges, mmdb, tor
from regiongate.geo.formats.raw import RawTable, Reader

FORMATS: Mapping[str, Reader] = {
    "mmdb": mmdb.read,
    "csv-ranges": csv_ranges.read,
    "csv-networks": csv_networks.read,
    "tor-geoip": tor.read,
}

__all__ = ["FORMATS", "RawTable", "Reader"]
