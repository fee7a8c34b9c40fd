"""The MaxMind DB reader on handmade files of every layout."""

import io
from ipaddress import ip_address

import maxminddb
import pytest

from regiongate.geo.mmdb import read
from tests.geo.handmade import chain, database, text

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
def test_aliases_say_nothing_new(size: int) -> None:
    """A branch to the IPv4 root is not walked again, but what stands beside it is read."""
    count = 99
    nodes = chain(96, (count + 16, count), count)
    nodes += [(96, count + 16 + 3), (count, count)]
    nodes[0] = (1, 97)  # 8000::/2 leads to the IPv4 root, c000::/2 holds DE.
    content = database(nodes, DATA, size=size)
    table = read(content)
    assert table.records == ("FR", "DE")
    asked = [0, 1 << 31, 1 << 127, 3 << 126]
    assert [table.steps.lookup(each) for each in asked] == [0, -1, -1, 1]


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
