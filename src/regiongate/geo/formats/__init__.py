"""The formats in which sources are written: one file each, all of them giving a `RawTable`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

from regiongate.geo.formats.raw import ANYTHING, Label, RawTable, Reader, Wanted

_MODULES = {
    "mmdb": "mmdb",
    "csv-ranges": "csv_ranges",
    "csv-networks": "csv_networks",
    "geolite2-csv": "geolite2",
    "rir": "rir",
    "geofeed": "geofeed",
    "ipfire": "ipfire",
    "tor-geoip": "tor",
    "cidr-list": "cidr_list",
}


class _Readers(Mapping[str, Reader]):
    """The reader of each format, imported when it is asked for: those of texts need Arrow."""

    def __getitem__(self, name: str) -> Reader:
        reader: Reader = import_module(f"{__name__}.{_MODULES[name]}").read
        return reader

    def __iter__(self) -> Iterator[str]:
        return iter(_MODULES)

    def __len__(self) -> int:
        return len(_MODULES)

    def __contains__(self, name: object) -> bool:
        return name in _MODULES


FORMATS: Mapping[str, Reader] = _Readers()

__all__ = ["ANYTHING", "FORMATS", "Label", "RawTable", "Reader", "Wanted"]
