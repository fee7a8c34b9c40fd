"""The value at each address of a column is the one that the table has there."""

from __future__ import annotations

from functools import partial
from ipaddress import IPv4Address, IPv6Address, ip_address

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regiongate.geo import wide
from regiongate.geo.column.pages import pages
from regiongate.geo.column.parse import Addresses
from regiongate.geo.column.pieces import PIECE, cores, run, slices
from regiongate.geo.column.position import Positions
from regiongate.geo.steps import NONE, V4_END, Steps, from_starts

_ENDS = ["0.0.0.1", "1.2.3.0", "1.2.3.128", "1.2.4.0", "1.3.0.0", "9.0.0.0", "255.255.255.255"]
_WIDE_ENDS = ["::1:0:0:0", "2001:db8::", "2001:db8::1", "2001:db8:0:1::", "2001:db8:0:1::8", "ff::"]
_bases = st.sampled_from([int(ip_address(text)) for text in [*_ENDS, *_WIDE_ENDS]])
_numbers = st.builds(lambda base, more: base + more, _bases, st.integers(-2, 70_000))
_starts = st.lists(_numbers | st.integers(0, V4_END) | st.integers(0, 2**128 - 1), unique=True)


@st.composite
def tables(draw: st.DrawFn) -> Steps:
    starts = sorted({0, *(max(number, 0) for number in draw(_starts))})
    values = draw(st.lists(st.integers(-1, 4), min_size=len(starts), max_size=len(starts)))
    return from_starts(*wide.split(starts), np.array(values, dtype=np.int32))


@settings(max_examples=150, deadline=None)
@given(tables(), st.lists(_numbers.map(abs), max_size=20))
def test_the_value_at_each_address(table: Steps, more: list[int]) -> None:
    """At every boundary, one address to each side, and elsewhere, it is the table's own value."""
    starts = [int(hi) << 64 | int(lo) for hi, lo in zip(table.hi, table.lo, strict=True)]
    numbers = {start + shift for start in starts for shift in (-1, 0, 1)} | set(more)
    asked = sorted(number for number in numbers if 0 <= number < 2**128)
    addresses = Addresses(*wide.split(asked), np.ones(len(asked), dtype=np.bool_))
    found = Positions(table, pages(table)).of(addresses)
    assert found.tolist() == [table.lookup(number) for number in asked]


def test_what_is_no_address_has_no_value() -> None:
    """A row that is not valid has none, not what the table says of 0.0.0.0."""
    table = from_starts(*wide.split([0]), np.array([3], dtype=np.int32))
    zero = np.zeros(2, dtype=np.uint64)
    found = Positions(table, pages(table)).of(Addresses(zero, zero, np.array([True, False])))
    assert found.tolist() == [3, NONE]


def test_a_whole_country_shares_a_page() -> None:
    """Only a /16 that is divided has a page of its own."""
    starts = [0, int(IPv4Address("9.9.0.0")), int(IPv4Address("9.9.9.7")), int(IPv6Address("2::"))]
    table = from_starts(*wide.split(starts), np.array([0, 1, 0, 1], dtype=np.int32))
    assert pages(table).entries.size == 2 * 256


def test_pieces_cover_a_column_once() -> None:
    """Every row is in one piece, also where the last piece is short."""
    rows = [row for at in slices(2 * PIECE + 3) for row in range(at.start, at.stop)]
    assert rows == list(range(2 * PIECE + 3))


@pytest.mark.parametrize("threads", [None, 1, 3])
def test_what_a_piece_raises_is_raised(threads: int | None) -> None:
    """All pieces are worked off, by however many threads, and an error in one is not lost."""
    done: list[int] = []
    run((partial(done.append, n) for n in range(5)), threads)
    assert sorted(done) == list(range(5))
    with pytest.raises(ZeroDivisionError):
        run([lambda: None, lambda: done.append(1 // 0)], threads)
    assert cores() >= 1
