"""The MaxMind DB reader on handmade files of every layout."""

import io
from ipaddress import IPv6Address, ip_address

import maxminddb
import pytest

from regiongate.geo.mmdb import read
from tests.geo.handmade import MARKER, chain, database, refused, text

DATA = text("FR") + text("DE")


@pytest.mark.parametrize("size", [24, 28, 32])
def test_ipv4_tree(size: int) -> None:
    """A tree of 32 bits is read at ::/96 and says nothing beyond."""
    nodes = [(1, 2 + 16), (2, 2 + 16 + 3)]
    content = database(nodes, DATA, size=size, ip_version=4)
    table = read(content)
    asked = ["0.0.0.0", "63.255.255.255", "64.0.0.0", "128.0.0.0", "255.255.255.255", "::1:0:0"]
    found = [table.steps.lookup(int(ip_address(each))) for each in asked]
    assert [None if i < 0 else table.records[i] for i in found] == [
        None,
        None,
        "DE",
        "FR",
        "FR",
        None,
    ]
    official = maxminddb.open_database(io.BytesIO(content), maxminddb.MODE_FD)
    assert [official.get(each) for each in asked[:5]] == [None, None, "DE", "FR", "FR"]


@pytest.mark.parametrize("size", [24, 28, 32])
def test_aliases_are_neither_walked_nor_lost(size: int) -> None:
    """A branch to the IPv4 root is one alias; what stands beside it is read."""
    count = 99
    nodes = chain(96, (count + 16, count), count)
    nodes += [(96, 98), (count + 16 + 3, 96)]
    nodes[0] = (1, 97)  # 8000::/2 leads to the IPv4 root, c000::/3 holds DE, e000::/3 leads there.
    content = database(nodes, DATA, size=size)
    table = read(content)
    assert table.records == ("FR", "DE")
    asked = [0, 1 << 31, 2 << 126, 6 << 125, 7 << 125, (7 << 125) + (1 << 124)]
    assert [table.steps.lookup(each) for each in asked] == [0, -1, -1, 1, -1, -1]
    assert [table.aliases.lookup(each) for each in asked] == [-1, -1, 2, -1, 3, 3]
    found = [table.record_at(each) for each in asked]
    assert found == ["FR", None, "FR", "DE", "FR", None]
    official = maxminddb.open_database(io.BytesIO(content), maxminddb.MODE_FD)
    assert [official.get(IPv6Address(each)) for each in asked] == found


def test_a_branch_into_the_middle_of_ipv4_is_no_alias() -> None:
    """Only the root of IPv4 is what an alias leads to; a branch to a node below it is walked."""
    count = 98
    nodes = [*chain(96, (97, count), count), (count + 16, count)]
    nodes[0] = (1, 97)
    table = read(database(nodes, DATA))
    assert table.aliases.value.tolist() == [-1]
    assert [table.steps.lookup(each) for each in (0, 1 << 30, 1 << 127, 3 << 126)] == [0, -1, 0, -1]


def test_shared_branch_is_read_twice() -> None:
    """Equal branches that a writer stored once hold at both places."""
    nodes = [(1, 1), (2, 2 + 16)]
    table = read(database(nodes, DATA, ip_version=4))
    assert [table.steps.lookup(i << 30) for i in range(4)] == [-1, 0, -1, 0]


def test_database_without_nodes() -> None:
    """An empty database is valid and says nothing of any address."""
    table = read(database([], b""))
    assert (table.records, table.steps.value.tolist()) == ((), [-1])


def test_database_without_data() -> None:
    """A tree in which every branch is empty says nothing of any address."""
    assert read(database([(1, 1)], b"")).steps.value.tolist() == [-1]


def test_pointer_in_data() -> None:
    """A pointer in the data section is followed, and metadata is given as the file has it."""
    data = text("FR") + bytes([7 << 5 | 1]) + text("country") + bytes([1 << 5, 0])
    table = read(database([(1 + 16 + 3, 1)], data, ip_version=4))
    assert table.records == ({"country": "FR"},)
    assert table.metadata["database_type"] == "handmade"


def test_a_marker_in_the_data_is_data() -> None:
    """The metadata begins at the last marker of the file; another one is what a record holds."""
    data = bytes([4 << 5 | len(MARKER)]) + MARKER
    content = database([(1 + 16, 1)], data, ip_version=4)
    assert read(content).records == (MARKER,)
    official = maxminddb.open_database(io.BytesIO(content), maxminddb.MODE_FD)
    assert official.get("1.0.0.0") == MARKER


def test_metadata_lies_in_the_last_128_kib() -> None:
    """A marker before that is none, as the official reader has it."""
    content = database([(1 + 16, 1)], DATA, ip_version=4)
    room = 128 * 1024 - (len(content) - content.rfind(MARKER))
    assert read(content + bytes(room)).records == ("FR",)
    maxminddb.open_database(io.BytesIO(content + bytes(room)), maxminddb.MODE_FD)
    refused(content + bytes(room + 1), "no metadata at the end")
    with pytest.raises(maxminddb.InvalidDatabaseError):
        maxminddb.open_database(io.BytesIO(content + bytes(room + 1)), maxminddb.MODE_FD)
