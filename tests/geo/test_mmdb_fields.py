"""Fields by path, from databases of any schema, several of them in one walk."""

from __future__ import annotations

import io
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import maxminddb
import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from regiongate.geo.mmdb import BadPath, encode, parse_path, read
from regiongate.geo.ranges import from_networks
from tests.geo.atlas import FOUND, RECORDS, atlas

NETWORKS = ("1.0.0.0/24", "1.0.1.0/24", "1.0.2.0/24", "1.0.3.0/24")


def picked(records: list[Any], *paths: str) -> tuple[list[Any], int]:
    """The row of each network, and how many steps there are."""
    networks = [(ip_network(network), row) for row, network in enumerate(NETWORKS[: len(records)])]
    content = encode(
        from_networks(networks), records, build_epoch=1, database_type="t", description="d"
    )
    found = read(content).pick(*map(parse_path, paths))
    values = [found.steps.lookup(int(network.network_address)) for network, _ in networks]
    return [found.rows[value] for value in values], len(found.steps)


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("country", ("country",)),
        ("country.iso_code", ("country", "iso_code")),
        ("subdivisions[0].iso_code", ("subdivisions", 0, "iso_code")),
        ("subdivisions[-1].iso_code", ("subdivisions", -1, "iso_code")),
        ("subdivisions.0.iso_code", ("subdivisions", "0", "iso_code")),
        ("[2][0]", (2, 0)),
        ("a name with spaces.b-c", ("a name with spaces", "b-c")),
    ],
)
def test_paths(text: str, steps: tuple[str | int, ...]) -> None:
    """A path is written as in the documentation of the databases."""
    assert parse_path(text).steps == steps


@pytest.mark.parametrize(
    "text", ["", ".", "a.", ".a", "a..b", "a[", "a]", "a[]", "a[x]", "a[0]b", "a.[0]", "a[0.5]"]
)
def test_bad_paths(text: str) -> None:
    """What is no path is refused with an example of one."""
    with pytest.raises(BadPath, match="is no path of a field: write it as"):
        parse_path(text)


def test_every_type_by_path() -> None:
    """Texts, numbers, flags, bytes, arrays and maps are all found, absent ones are None."""
    record = RECORDS[2] | {"flag": False, "nested": [[{"deep": 1}]]}
    for path, value in {
        "country": {"iso_code": "DE"},
        "autonomous_system_number": 4_200_000_000,
        "numbers": [0, -5, 1 << 40, 1 << 100, 0.25],
        "numbers[1]": -5,
        "numbers[-1]": 0.25,
        "numbers.3": 1 << 100,
        "numbers[5]": None,
        "numbers[-6]": None,
        "numbers.x": None,
        "country[0]": None,
        "country.iso_code.x": None,
        "bytes": b"\x00\xff",
        "flag": False,
        "nested[0][0].deep": 1,
        "missing": None,
    }.items():
        assert picked([record], path)[0] == [(value,)], path


def test_several_fields_in_one_walk() -> None:
    """AS number and name, or country and subdivision, come as one row for each network."""
    table = read(atlas(24))
    paths = (
        "autonomous_system_number",
        "autonomous_system_organization",
        "subdivisions[0].iso_code",
    )
    found = table.pick(*map(parse_path, paths))
    rows = [(64500, "Exemple SA", "IDF"), (7, None, None), (4_200_000_000, None, None)]
    assert sorted(found.rows, key=str) == sorted(rows, key=str)
    for address, record in FOUND.items():
        number = int(ip_address(address))
        if table.aliases.lookup(number) < 0:
            value = found.steps.lookup(number)
            assert (None if value < 0 else found.rows[value]) == (
                None if record is None else rows[record]
            )


def test_networks_that_differ_elsewhere_only_are_one_step() -> None:
    """Neighbours with the same fields are one step, however their records differ."""
    records = [{"country": "FR", "city": str(number)} for number in range(4)]
    assert picked(records, "country") == ([("FR",)] * 4, 3)
    assert picked(records, "city")[1] == 6


def test_values_that_only_python_takes_for_equal() -> None:
    """True is not 1, nor is 1 the same as 1.0, and minus zero is a number of its own."""
    rows, steps = picked([{"a": True}, {"a": 1}, {"a": 1.0}, {"a": [1]}], "a")
    assert [repr(row) for row in rows] == ["(True,)", "(1,)", "(1.0,)", "([1],)"]
    assert steps == 6
    rows, _ = picked([{"a": 0.0}, {"a": -0.0}, {"a": "0"}, {}], "a")
    assert [repr(row) for row in rows] == ["(0.0,)", "(-0.0,)", "('0',)", "(None,)"]


def test_no_record_is_not_an_empty_one() -> None:
    """An address without a record has no row; a record without the field has a row of None."""
    table = read(atlas(24))
    found = table.pick(parse_path("missing"))
    assert found.rows == ((None,),)
    assert found.steps.lookup(int(ip_address("1.0.0.1"))) == 0
    assert found.steps.lookup(int(ip_address("9.9.9.9"))) == -1


@pytest.mark.parametrize("ip_version", [4, 6])
@pytest.mark.parametrize("types", ["auto", "u16", "u64", "u128"])
def test_files_of_another_writer(tmp_path: Path, ip_version: int, types: Any) -> None:
    """What `mmdb-writer` writes, with pointers and its own choice of types, reads as it should."""
    writer = MMDBWriter(ip_version, "another", ipv4_compatible=ip_version == 6, int_type=types)
    said = {
        "1.0.0.0/24": {"country": {"iso_code": "FR"}, "asn": 1, "hosting": True},
        "1.0.0.128/25": {"country": {"iso_code": "DE"}, "asn": 65000, "hosting": False},
        "80.0.0.0/8": {"country": {"iso_code": "FR"}, "asn": 1, "hosting": True, "share": 0.5},
    }
    for network, record in said.items():
        writer.insert_network(IPSet([network]), record)
    path = tmp_path / "another.mmdb"
    writer.to_db_file(str(path))
    table = read(path)
    official = maxminddb.open_database(io.BytesIO(path.read_bytes()), maxminddb.MODE_FD)
    for address in ("1.0.0.127", "1.0.0.128", "1.0.1.0", "80.255.255.255", "81.0.0.0"):
        assert table.record_at(int(ip_address(address))) == official.get(address)
    found = table.pick(parse_path("country.iso_code"), parse_path("asn"), parse_path("hosting"))
    assert set(found.rows) == {("FR", 1, True), ("DE", 65000, False)}
