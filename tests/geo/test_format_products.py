"""Products of vendors, as they are shipped. Every row is made up after the published fields."""

import gzip
from collections.abc import Callable
from datetime import date
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from regiongate.geo.formats import FORMATS
from regiongate.geo.formats.products import PRODUCTS
from regiongate.geo.load import Hints, load_raw, load_source
from regiongate.geo.mmdb import encode
from regiongate.geo.ranges import from_networks
from regiongate.geo.source import SourceError
from tests.geo.test_format_archive import a_tar, a_zip
from tests.geo.test_format_geolite2 import city

DAY = date(2026, 6, 1)


def mmdb(record: object) -> bytes:
    """A database with one record, at 1.0.0.0/8."""
    steps = from_networks([(ip_network("1.0.0.0/8"), 0)])
    return encode(steps, [record], build_epoch=1_780_272_000, database_type="t", description="d")


DBIP_CITY = (
    '1.0.0.0,1.255.255.255,EU,UA,Crimea,"Simferopol, old town",44.9,34.1\n'
    "::,1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,ZZ,ZZ,,,0,0\n"
)
IPINFO = """\
network,country,country_code,continent,continent_code,asn,as_name,as_domain
1.0.0.0/8,Ukraine,UA,Europe,EU,AS64496,"One, Inc.",one.example
2.0.0.1,,,,,,,
"""
IP2LOCATION = '"16777216","33554431","UA","Ukraine"\n"33554432","33554687","-","-"\n'
PLACE = {
    "continent": {"code": "EU"},
    "country": {"iso_code": "UA", "geoname_id": 1},
    "registered_country": {"iso_code": "RU"},
    "subdivisions": [{"iso_code": "43"}, {"iso_code": "99"}],
}

SHIPPED: list[tuple[str, Callable[[], bytes], str]] = [
    (
        "maxmind-geolite2-city",
        lambda: a_tar({"G/LICENSE.txt": b"l", "G/G.mmdb": mmdb(PLACE)}),
        "UA-43",
    ),
    ("maxmind-geolite2-city", city, "UA-43"),
    ("maxmind-geolite2-country", lambda: a_tar({"G/G.mmdb": mmdb(PLACE)}), "UA"),
    ("maxmind-geolite2-country", city, "UA"),
    ("dbip-country-lite", lambda: gzip.compress(b"1.0.0.0,1.255.255.255,UA\n"), "UA"),
    ("dbip-country-lite", lambda: gzip.compress(mmdb(PLACE)), "UA"),
    ("dbip-city-lite", lambda: gzip.compress(DBIP_CITY.encode()), "UA"),
    ("dbip-city-lite", lambda: gzip.compress(mmdb(PLACE)), "UA"),
    ("ipinfo-lite", lambda: gzip.compress(IPINFO.encode()), "UA"),
    ("ipinfo-lite", lambda: mmdb({"country": "Ukraine", "country_code": "UA"}), "UA"),
    (
        "ip2location-lite-db1",
        lambda: a_zip({"DB1.CSV": IP2LOCATION.encode(), "README.TXT": b"r"}),
        "UA",
    ),
    ("ip2location-lite-db3", lambda: a_zip({"DB3.CSV": IP2LOCATION.encode()}), "UA"),
]


@pytest.mark.parametrize(("product", "shipped", "expected"), SHIPPED)
def test_region(tmp_path: Path, product: str, shipped: Callable[[], bytes], expected: str) -> None:
    """A product is read as it is shipped, with its licence and origin, whatever the file's name."""
    path = tmp_path / "download"
    path.write_bytes(shipped())
    table = load_source(path, product=product, fallback_date=DAY)
    assert table.region_at(int(ip_address("1.0.0.1"))) == expected
    assert table.source.licence == PRODUCTS[product].licence
    assert table.source.origin == PRODUCTS[product].origin


AS = {"autonomous_system_number": 64496, "autonomous_system_organization": "One, Inc."}
NUMBERS: list[tuple[str, bytes, tuple[str, str]]] = [
    ("maxmind-geolite2-asn", a_tar({"G/G.mmdb": mmdb(AS)}), ("64496", "One, Inc.")),
    ("dbip-asn-lite", b'1.0.0.0,1.255.255.255,64496,"One, Inc."\n', ("64496", "One, Inc.")),
    ("dbip-asn-lite", mmdb(AS), ("64496", "One, Inc.")),
    ("ipinfo-lite-asn", IPINFO.encode(), ("AS64496", "One, Inc.")),
    (
        "ip2location-lite-asn",
        b'"16777216","33554431","1.0.0.0/8","64496","One, Inc."\n',
        ("64496", "One, Inc."),
    ),
]


@pytest.mark.parametrize(("product", "shipped", "expected"), NUMBERS)
def test_number_and_name_of_the_as(
    tmp_path: Path, product: str, shipped: bytes, expected: tuple[str, str]
) -> None:
    """Two fields come in one walk, and need be no region."""
    path = tmp_path / "download"
    path.write_bytes(shipped)
    _, raw = load_raw(path, Hints(product=product, fallback_date=DAY))
    assert raw.labels[raw.steps.lookup(int(ip_address("1.0.0.1")))] == expected
    assert not PRODUCTS[product].region


def test_every_product_is_read_here() -> None:
    """No product is listed without a sample of each format in which it is shipped."""
    tried = {name for name, *_ in [*SHIPPED, *NUMBERS]}
    assert tried == set(PRODUCTS)
    assert {name for product in PRODUCTS.values() for name in product.fields} <= set(FORMATS)


def test_another_file_than_the_product(tmp_path: Path) -> None:
    """A file in a format that the product does not have is not what it should be."""
    path = tmp_path / "download"
    path.write_text(IPINFO)
    with pytest.raises(SourceError, match="the file is csv-networks, and dbip-country-lite is"):
        load_source(path, product="dbip-country-lite", fallback_date=DAY)
    with pytest.raises(SourceError, match="'dbip' is no product: write one of: maxmind-geo"):
        load_source(path, product="dbip", fallback_date=DAY)


def test_a_database_without_regions(tmp_path: Path) -> None:
    """A field that holds names of countries instead of codes is refused."""
    path = tmp_path / "names.mmdb"
    path.write_bytes(mmdb({"country": "Ukraine"}))
    with pytest.raises(SourceError, match="'Ukraine' is no region code"):
        load_source(path)


def test_dates(tmp_path: Path) -> None:
    """The user's date counts, then the file's, then the one to fall back on."""
    path = tmp_path / "x.mmdb"
    path.write_bytes(mmdb(PLACE))
    other = date(2020, 1, 1)
    assert load_source(path, fallback_date=other).source.date == DAY
    assert load_source(path, date=other).source.date == other


def test_a_plain_list_of_one_region(tmp_path: Path) -> None:
    """A list of the networks of one country is a source when its region is given."""
    path = tmp_path / "fr.zone"
    path.write_text("1.0.0.0/8\n1.1.0.0/16\n")
    table = load_source(path, date=DAY, label="FR")
    assert (table.regions, table.source.format) == (("FR",), "cidr-list")
    with pytest.raises(SourceError, match="'France' is no region code"):
        load_source(path, date=DAY, label="France")


def test_the_page_names_them_all() -> None:
    """docs/formats.md has a row for each format, and for each product with licence and address."""
    page = (Path(__file__).parents[2] / "docs" / "formats.md").read_text()
    rows = {line.split("|")[1].strip(): line for line in page.splitlines() if line.startswith("|")}
    assert {f"`{name}`" for name in FORMATS} <= rows.keys()
    for name, product in PRODUCTS.items():
        row = rows[f"`{name}`"]
        assert product.licence in row
        assert product.documentation in row
