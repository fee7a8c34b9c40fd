"""One address is found where the table has it, and refused exactly where `canonical` refuses it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regiongate.domain.address import BadAddress, canonical
from regiongate.geo import wide
from regiongate.geo.column.pages import pages
from regiongate.geo.steps import Steps, from_starts
from regiongate.library.find import finder
from tests.geo.test_column_parse import REFUSED, SPELLINGS, mutated, near
from tests.geo.test_column_position import tables

_STARTS = [
    0,
    1,
    2,
    1 << 24,
    0x01020304,
    0x01020305,
    1 << 32,
    0x2001 << 112,
    0x2002 << 112,
    3 << 126,
]
TABLE = from_starts(*wide.split(_STARTS), np.arange(len(_STARTS), dtype=np.int32))
FIND = finder(TABLE, pages(TABLE))


def agrees(text: str) -> None:
    """The finder says what the table says at the canonical address, or refuses with its words."""
    try:
        address = canonical(text)
    except BadAddress as error:
        with pytest.raises(BadAddress) as caught:
            FIND(text)
        assert str(caught.value) == str(error)
    else:
        assert FIND(text) == TABLE.lookup(int(address))


@pytest.mark.parametrize("text", [*SPELLINGS, *REFUSED], ids=lambda text: repr(text[:30]))
def test_one_text(text: str) -> None:
    """Each spelling that is known to be good or bad."""
    agrees(text)


@settings(max_examples=400, deadline=None)
@given(near | mutated() | st.text(max_size=50) | st.ip_addresses().map(str))
def test_any_text(text: str) -> None:
    """Any text, most of them nearly addresses: this machine's own parser is not trusted alone."""
    agrees(text)


@settings(max_examples=150, deadline=None)
@given(tables(), st.lists(st.ip_addresses().map(str)))
def test_any_table(table: Steps, more: list[str]) -> None:
    """At every boundary of a table and one address to each side, the table's own value is found."""
    starts = [int(hi) << 64 | int(lo) for hi, lo in zip(table.hi, table.lo, strict=True)]
    numbers = {start + shift for start in starts for shift in (-1, 0, 1)}
    find = finder(table, pages(table))
    for text in [*more, *(_text(number) for number in numbers if 0 <= number < 2**128)]:
        assert find(text) == table.lookup(int(canonical(text)))


def _text(number: int) -> str:
    """An address as eight groups, as no IPv4 address is written."""
    return ":".join(f"{number >> shift & 0xFFFF:x}" for shift in range(112, -1, -16))
