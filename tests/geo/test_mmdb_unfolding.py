"""Small files that would unfold to more than memory holds, by their data and by their tree."""

import pytest

from regiongate.geo.mmdb import read
from tests.geo.handmade import balanced, database, pointer, refused, text

PAST = "past all measure"
MORE = "more than the file can hold"


def layers(width: int, depth: int) -> tuple[bytes, int]:
    """A text, arrays of pointers to it, arrays of pointers to these, …: the data, the last one."""
    data, previous = text("x"), 0
    for _ in range(depth):
        here = len(data)
        data += bytes([width, 4]) + pointer(previous) * width
        previous = here
    return data, previous


@pytest.mark.parametrize(("width", "depth"), [(10, 20), (2, 25), (28, 4)])
def test_pointers_that_unfold(width: int, depth: int) -> None:
    """A record that holds more by its pointers than anyone could walk is refused at once."""
    data, last = layers(width, depth)
    refused(database([(1 + 16 + last, 1)], data, ip_version=4), PAST)


def test_shared_values_count_wherever_they_are_pointed_to() -> None:
    """A record within the bounds of the specification is read; with one pointer more it is not."""
    data, last = layers(16, 3)  # 4369 values
    for pointers, fits in ((15, True), (16, False)):
        top = bytes([pointers, 4]) + pointer(last) * pointers
        content = database([(1 + 16 + len(data), 1)], data + top, ip_version=4)
        if fits:
            assert len(read(content).records) == 1
        else:
            refused(content, PAST)


def test_long_texts_behind_pointers_are_bounded() -> None:
    """An array of pointers to one long text does not become gigabytes for who prints it."""
    data = bytes([2 << 5 | 31]) + (60_000).to_bytes(3) + b"x" * (60_000 + 65_821)
    array = bytes([20, 4]) + pointer(0) * 20
    refused(database([(1 + 16 + len(data), 1)], data + array, ip_version=4), PAST)


def test_records_that_lean_on_each_other_do_not_nest_without_end() -> None:
    """Depth counts through what an earlier record has decoded already."""
    places = [0, *range(2, 2 + 4 * 127, 4)]
    data = text("x") + b"".join(bytes([1, 4]) + pointer(place) for place in places[:-1])
    refused(database(balanced(places), data), "nest too deeply")


def test_overlapping_arrays_are_bounded() -> None:
    """Many records that each unfold the same long array run into the bound on work."""
    header = bytes([30, 4, 250, 0])  # An array of 64285 values; to the one before it, four bytes.
    data = b"".join(header + bytes([4 << 5 | 4]) for _ in range(128)) + bytes([5 << 5]) * 65_000
    refused(database(balanced(range(0, 5 * 128, 5)), data), MORE)


def test_overlapping_texts_are_bounded() -> None:
    """Many records that each hold the same long bytes run into the bound on work."""
    data = bytes([4 << 5 | 31, 0, 0, 0]) * 128 + b"x" * 66_000
    refused(database(balanced(range(0, 4 * 128, 4)), data), MORE)


def test_numbers_of_items_that_lie() -> None:
    """An array or a map of sixteen million items costs nothing when the file has not got them."""
    for kind in (bytes([31, 4]), bytes([7 << 5 | 31])):
        refused(database([(1 + 16, 1)], kind + b"\xff" * 3, ip_version=4), "wanted")


@pytest.mark.parametrize("ip_version", [4, 6])
def test_branches_that_double(ip_version: int) -> None:
    """A tree whose both sides are the same node, level after level, is refused at once."""
    nodes = [(number + 1, number + 1) for number in range(31)] + [(32 + 16, 32 + 16)]
    refused(database(nodes, text("FR"), ip_version=ip_version), "unfolds past measure")


def test_branches_shared_within_measure() -> None:
    """A file that says the same of a hundred thousand networks in a few nodes is read."""
    nodes = [(number + 1, number + 1) for number in range(16)] + [(17 + 16, 17)]
    table = read(database(nodes, text("FR"), ip_version=4))
    assert len(table.steps) == 1 << 17
    assert table.records == ("FR",)
