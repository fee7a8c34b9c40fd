"""Each format of source, its bad rows, and which labels are votes."""

import gzip
from datetime import date
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from regiongate.geo.load import load_source
from regiongate.geo.mmdb import encode
from regiongate.geo.ranges import from_networks
from regiongate.geo.source import SourceError, SourceTable

DAY = date(2026, 6, 25)

RANGES = """\
first,last,region
# A comment, and a blank line.

1.0.0.0,1.0.0.255,AU
16777472,16778239,CN
"2a00::","2a00:ffff:ffff:ffff:ffff:ffff:ffff:ffff","UA-43",more,columns
2.0.0.0,2.0.0.255,XX
2.0.1.0,2.0.1.255,??
2.0.2.0,2.0.2.255,
"""


def load(tmp_path: Path, content: str | bytes, name: str = "s.csv", **options: str) -> SourceTable:
    """Loads a file with this content."""
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return load_source(path, date=DAY, format=options.get("format"))


def region(table: SourceTable, text: str) -> str | None:
    """Where the table says that an address is."""
    return table.region_at(int(ip_address(text)))


def problems(tmp_path: Path, content: str) -> list[tuple[int, str]]:
    """Line and code of each problem of a file."""
    with pytest.raises(SourceError) as caught:
        load(tmp_path, content)
    assert all(problem.remedy for problem in caught.value.problems)
    return [(problem.line, problem.code) for problem in caught.value.problems]


def test_csv_of_ranges(tmp_path: Path) -> None:
    """Ends may be addresses or integers; a heading, comments and more columns are passed over."""
    table = load(tmp_path, RANGES)
    assert table.regions == ("AU", "CN", "UA-43")
    asked = ["1.0.0.255", "1.0.1.0", "1.0.4.0", "2a00:1::", "2a01::"]
    assert [region(table, text) for text in asked] == ["AU", "CN", None, "UA-43", None]


def test_labels_of_no_place_are_no_vote(tmp_path: Path) -> None:
    """A label that names no place is none, and is counted under its own name."""
    table = load(tmp_path, RANGES)
    assert region(table, "2.0.0.1") is None
    assert table.skipped == {"": 1, "??": 1, "XX": 1}


@pytest.mark.parametrize("label", ["??", "XX", "EU", "AP", "ZZ", "A1", "A2", "T1", "UK", "AN", "-"])
def test_codes_outside_of_iso(tmp_path: Path, label: str) -> None:
    """Codes that ISO 3166-1 does not assign are never taken for a country."""
    table = load(tmp_path, f"1.0.0.0,1.0.0.255,{label}\n")
    assert (table.regions, table.skipped) == ((), {label: 1})


def test_csv_of_networks(tmp_path: Path) -> None:
    """Of nested networks the most specific one counts, one of no vote included."""
    table = load(
        tmp_path, "network,region\n10.0.0.0/8,FR\n10.1.0.0/16,DE\n10.1.1.0/24,EU\n2a00::/16,UA\n"
    )
    asked = ["10.0.0.1", "10.1.0.1", "10.1.1.1", "10.2.0.1", "2a00::1"]
    assert [region(table, text) for text in asked] == ["FR", "DE", None, "FR", "UA"]
    assert (table.source.format, table.skipped) == ("csv-networks", {"EU": 1})


def test_every_bad_row_is_told_at_once(tmp_path: Path) -> None:
    """A file with several bad rows names each with line, reason and remedy."""
    content = (
        "1.0.0.0,1.0.0.255,AU\n1.0.1,1.0.1.255,AU\n1.0.2.9,1.0.2.0,AU\n1.0.3.0,1.0.3.255\n"
        "1.0.4.0,1.0.4.255,France\n1.0.0.200,1.0.1.0,FR\n1.0.5.0,1.0.5.255,fr\n"
    )
    assert problems(tmp_path, content) == [
        (2, "bad-address"),
        (3, "backward-range"),
        (4, "columns"),
        (5, "bad-region"),
        (6, "overlap"),
        (7, "bad-region"),
    ]


def test_bad_networks(tmp_path: Path) -> None:
    """Networks with host bits, with two regions or without one are told."""
    content = "10.0.0.0/8,FR\n10.0.0.1/8,FR\n10.0.0.0/8,DE\n11.0.0.0/8\n12.0.0.0/8,Deutschland\n"
    assert problems(tmp_path, content) == [
        (2, "bad-network"),
        (3, "twice"),
        (4, "columns"),
        (5, "bad-region"),
    ]


def test_the_printed_list_is_capped(tmp_path: Path) -> None:
    """Of very many problems the first are printed, and the number of all."""
    with pytest.raises(SourceError) as caught:
        load(tmp_path, "1.0.0.0,1.0.0.0,FR\n" + "x1,y,FR\n" * 5000)
    assert (caught.value.total, len(caught.value.problems)) == (5000, 1000)
    lines = str(caught.value).splitlines()
    assert (len(lines), lines[-1]) == (21, "… 5000 problems in all")
    assert lines[0].startswith(f"{tmp_path / 's.csv'}:2:1: ")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "says nothing"),
        (b"first,last,region\n", "says nothing"),
        (b"1.0.0.0,1.0.0.255,\xff\n", "not UTF-8"),
        (b"1.0.0.0,1.0.0.255," + b"F" * 200_000, "more than 65536 bytes"),
        (b"\x1f\x8b\x08\x00broken", "damaged gzip"),
        (gzip.compress(b"1.0.0.0,1.0.0.255,FR", mtime=0)[:-5], "damaged gzip"),
    ],
)
def test_a_file_that_is_no_source(tmp_path: Path, content: bytes, reason: str) -> None:
    """A file that cannot be read as a whole is refused with its name and the reason."""
    with pytest.raises(SourceError, match=rf"s\.csv:1:1: .*{reason}"):
        load(tmp_path, content)


def test_unknown_format_and_missing_date(tmp_path: Path) -> None:
    """A format must be known, and a file that does not say its date must be given one."""
    with pytest.raises(SourceError, match="'xls' is no format"):
        load(tmp_path, RANGES, format="xls")
    with pytest.raises(SourceError, match="does not say when"):
        load_source(tmp_path / "s.csv")


def test_mapped_ipv4_is_ipv4(tmp_path: Path) -> None:
    """Ranges within ::ffff:0:0/96, as IP2Location writes IPv4, are of IPv4."""
    table = load(tmp_path, "281470698520576,281470698520831,AU\n::ffff:1.0.1.0,::ffff:1.0.1.9,CN\n")
    assert [region(table, text) for text in ("1.0.0.9", "1.0.1.9")] == ["AU", "CN"]


def test_values_where_no_canonical_address_lies(tmp_path: Path) -> None:
    """What a source says of 2002::/16 cannot be looked up; it is dropped and counted."""
    table = load(tmp_path, "2000::/12,FR\n2002:1::/32,DE\n")
    assert table.skipped == {"2002::/16": 3}
    assert [region(table, text) for text in ("2001::", "2002:1::", "2003::")] == ["FR", None, "FR"]


def test_tor_text(tmp_path: Path) -> None:
    """Tor's two texts are one source when joined; the comment dates it."""
    head = "# IPFire\n# Generated: Thu, 25 Jun 2026 04:33:59 GMT\n"
    path = tmp_path / "geoip"
    path.write_text(f"{head}16777216,16777471,AU\n16777472,16778239,??\n{head}2a00::,2a00::f,FR\n")
    table = load_source(path)
    assert (table.source.format, table.source.date) == ("tor-geoip", DAY)
    assert [region(table, text) for text in ("1.0.0.1", "1.0.1.1", "2a00::f")] == ["AU", None, "FR"]


RECORDS = [
    {"country": {"iso_code": "UA"}, "subdivisions": [{"iso_code": "43"}]},
    {"country": {"iso_code": "FR"}, "subdivisions": [{"iso_code": "too long"}]},
    {"country_code": "DE"},
    {"country": "IT"},
    {"registered_country": {"iso_code": "US"}},
    {"country_code": "EU", "deep": [{"er": "ES"}]},
]


def database(records: list[object]) -> bytes:
    """A database with the records at 1.0.0.0/8, 2.0.0.0/8 and so on."""
    networks = [(ip_network(f"{i + 1}.0.0.0/8"), i) for i in range(len(records))]
    return encode(
        from_networks(networks),
        records,
        build_epoch=1_782_345_600,
        database_type="t",
        description="d",
    )


def test_mmdb(tmp_path: Path) -> None:
    """The usual schemas are understood, compressed or not, and the build time dates the source."""
    path = tmp_path / "my.source.mmdb.gz"
    path.write_bytes(gzip.compress(database(list(RECORDS))))
    table = load_source(path)
    asked = [region(table, f"{i}.1.1.1") for i in range(1, 8)]
    assert asked == ["UA-43", "FR", "DE", "IT", None, None, None]
    assert table.skipped == {"": 1, "EU": 1}
    assert (table.source.name, table.source.date) == ("my", DAY)


def test_mmdb_with_a_field_of_its_own(tmp_path: Path) -> None:
    """A field path leads through maps and arrays; a path that no record has is refused."""
    path = tmp_path / "s.mmdb"
    path.write_bytes(database(list(RECORDS)))
    assert region(load_source(path, fields=["deep.0.er"]), "6.0.0.1") == "ES"
    with pytest.raises(SourceError, match=r"no record has text in a field of: a\.b"):
        load_source(path, fields=["a.b"])
