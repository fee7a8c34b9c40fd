"""Files of sources made in a test, and a store to put them in."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Mapping
from datetime import UTC, date, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from regiongate.geo.mmdb.writer import encode
from regiongate.geo.ranges import from_networks

JUNE = date(2026, 6, 17)
JULY = date(2026, 7, 17)
AT = datetime(2026, 7, 20, 12, tzinfo=UTC)

_REGIONS = ("FR", "DE", "US", "JP", "CN")
WORLD = {f"{first}.0.0.0/8": region for first, region in enumerate(_REGIONS, 20)}
"""Five regions of equal size."""


def mmdb(said: Mapping[str, str], made: date = JUNE, record: str = "maxmind") -> bytes:
    """A country database: in MaxMind's schema, or with one field of that name."""
    regions = sorted(set(said.values()))
    steps = from_networks([(ip_network(of), regions.index(region)) for of, region in said.items()])
    records: list[Any] = [
        {"country": {"iso_code": region}} if record == "maxmind" else {record: region}
        for region in regions
    ]
    epoch = int(datetime(made.year, made.month, made.day, 6, tzinfo=UTC).timestamp())
    return encode(steps, records, build_epoch=epoch, database_type="Test", description="Test")


def csv(said: Mapping[str, str]) -> bytes:
    """CSV of ranges, which does not say when it was made."""
    rows = ((ip_network(of), region) for of, region in said.items())
    return "".join(f"{net[0]},{net[-1]},{region}\n" for net, region in rows).encode()


def tar_gz(content: bytes, folder: str) -> bytes:
    """A database as MaxMind ships it: in a folder with the licence beside it."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, data in (("LICENSE.txt", b"EULA"), ("GeoLite2-Country.mmdb", content)):
            info = tarfile.TarInfo(f"{folder}/{name}")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return packed.getvalue()


def zipped(content: bytes, name: str) -> bytes:
    """A CSV as IP2Location ships it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("LICENSE-CC-BY-SA-4.0.TXT", "CC-BY-SA-4.0")
        archive.writestr(name, content)
    return packed.getvalue()


def gzipped(content: bytes) -> bytes:
    """The same bytes for the same content."""
    return gzip.compress(content, mtime=0)


def write(path: Path, content: bytes) -> Path:
    """Write a file and give its path."""
    path.write_bytes(content)
    return path
