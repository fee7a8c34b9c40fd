"""The bundled sources: whole, licensed, and the same to the official reader."""

import gzip
import json
import random
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import maxminddb
import pycountry
import pytest

from regiongate.geo import bundled, wide
from regiongate.geo.labels import ISO_COUNTRIES
from regiongate.geo.mmdb import read
from regiongate.geo.source import SourceError
from regiongate.geo.store.catalogue import Catalogue
from regiongate.policyfile.sections import location

SAMPLE = 20_000


def test_catalogue() -> None:
    """Each source has a name, a date and a licence that LICENSES.md names too."""
    licences = (bundled.FOLDER / "LICENSES.md").read_text("utf-8")
    for entry in json.loads(bundled.CATALOGUE.read_text("utf-8")):
        section = licences.split(f"## {entry['file']}\n")[1].split("\n## ")[0]
        assert entry["licence"] in section
        assert entry["date"] in section
    files = {path.name for path in bundled.FOLDER.glob("*.gz")}
    assert files == {entry["file"] for entry in json.loads(bundled.CATALOGUE.read_text("utf-8"))}


def test_policies_know_them() -> None:
    """A policy that is read by itself knows the names of those sources, and of no others."""
    named = Catalogue().named()
    assert (location.BUNDLED.regions, location.BUNDLED.facts) == (named.regions, named.facts)


def test_load_all() -> None:
    """All sources load, speak of ISO regions only, and count what is no vote."""
    tables = bundled.load_all()
    assert tuple(table.source.name for table in tables) == bundled.names()
    for table in tables:
        assert set(table.regions) <= ISO_COUNTRIES
        assert table.region_at(int(IPv4Address("8.8.8.8"))) == "US"
        assert table.region_at(int(IPv4Address("10.0.0.1"))) is None
    assert tables[2].skipped["EU"] > 0


def test_a_damaged_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that is not the one of the catalogue is not believed."""
    entries = json.loads(bundled.CATALOGUE.read_text("utf-8"))
    entries[0]["file"] = entries[1]["file"]
    (tmp_path / "sources.json").write_text(json.dumps(entries))
    (tmp_path / entries[1]["file"]).symlink_to(bundled.FOLDER / entries[1]["file"])
    monkeypatch.setattr(bundled, "FOLDER", tmp_path)
    monkeypatch.setattr(bundled, "CATALOGUE", tmp_path / "sources.json")
    with pytest.raises(SourceError, match=r"not what sources\.json says"):
        bundled.load(entries[0]["name"])


def test_iso_countries() -> None:
    """The codes taken for places are those of ISO 3166-1, no more and no fewer."""
    assert {country.alpha_2 for country in pycountry.countries} == ISO_COUNTRIES


@pytest.mark.parametrize("name", bundled.names())
def test_official_reader_agrees(name: str, tmp_path: Path) -> None:
    """Random addresses of both families and those at boundaries are the same to maxminddb."""
    entry = next(e for e in json.loads(bundled.CATALOGUE.read_text("utf-8")) if e["name"] == name)
    path = tmp_path / "t.mmdb"
    path.write_bytes(gzip.decompress((bundled.FOLDER / entry["file"]).read_bytes()))
    table = read(path)
    numbers = _sample(table.steps.hi, table.steps.lo)
    found = table.steps.lookup_many(*wide.split(numbers))
    with maxminddb.open_database(path) as official:
        for number, value in zip(numbers, found, strict=True):
            address = IPv4Address(number) if number < 1 << 32 else IPv6Address(number)
            assert official.get(address) == (None if value < 0 else table.records[value])


def _sample(hi: wide.U64, lo: wide.U64) -> list[int]:
    """Random IPv4, IPv6 within 2000::/3, and neighbours of random boundaries."""
    chance = random.Random(4)  # noqa: S311
    numbers = [chance.getrandbits(32) for _ in range(SAMPLE // 4)]
    numbers += [1 << 125 | chance.getrandbits(125) for _ in range(SAMPLE // 4)]
    for _ in range(SAMPLE // 2):
        index = chance.randrange(1, hi.size)
        start = int(hi[index]) << 64 | int(lo[index])
        numbers.append(start + chance.choice((-1, 0, 1)))
    return numbers
