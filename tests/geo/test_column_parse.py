"""The batch parser reads each text as `canonical` does, or refuses it as that does."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from regiongate.domain.address import SPECIAL_BLOCKS, V4_EMBEDDINGS, BadAddress, canonical
from regiongate.geo.column.parse import parse
from regiongate.geo.column.texts import column, texts

SPELLINGS = [
    "0.0.0.0",
    "255.255.255.255",
    "1.2.3.4",
    "::",
    "::1",
    "1::",
    "::1.2.3.4",
    "::ffff:1.2.3.4",
    "::FFFF:102:304",
    "0:0:0:0:0:ffff:1.2.3.4",
    "64:ff9b::1.2.3.4",
    "64:ff9b:1::1.2.3.4",
    "2002:102:304::",
    "2001:0:102:304::",
    "1:2:3:4:5:6:7:8",
    "1:2:3:4:5:6:1.2.3.4",
    "::2:3:4:5:6:1.2.3.4",
    "1:2:3:4:5::1.2.3.4",
    "1:2:3:4:5:6:7::",
    "::2:3:4:5:6:7:8",
    "1:2:3::5:6:7:8",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255",
    "0001:0002::0008",
]
REFUSED = [
    "",
    ".",
    "...",
    ":",
    ":::",
    "1",
    "1.2.3",
    "1.2.3.",
    ".1.2.3",
    "1..2.3",
    "1.2.3.4.",
    "1.2.3.4.5",
    "01.2.3.4",
    "1.2.3.04",
    "1.2.3.00",
    "1.2.3.256",
    "1.2.3.999",
    "1.2.3.1000",
    "1.2.3.a",
    "1.2.3.-4",
    "1.2.3.+4",
    "1.2.3.4 ",
    " 1.2.3.4",
    "1.2.3.4\n",
    "1.2.3.4\x00",
    "\x001.2.3.4",
    "1.2.3.4:80",
    "1.2.3.4/32",
    "1.2.3.4, 5.6.7.8",
    "0x1.2.3.4",
    "16909060",
    "[::1]",
    "::1%eth0",
    "fe80::1%1",
    "::1/128",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7:",
    ":2:3:4:5:6:7:8",
    "1::2::3",
    "::1::",
    "1:::2",
    ":1::2",
    "1::2:",
    "1:2:3:4::5:6:7:8",
    "::1:2:3:4:5:6:7:8",
    "1:2:3:4:5:6:7:8::",
    "00001::",
    "12345::",
    "g::",
    "::1.2.3",
    "::1.2.3.4.5",
    "::1.2.3.256",
    "::1.2.3.04",
    "::.1.2.3",
    "1.2.3.4::",
    "::1.2.3.4:5",
    "1:2.3.4",
    "1:2:3.4",
    "1.2:3:4",
    "1:2:3:4:5:6:7:1.2.3.4",
    "1:2:3:4:5:1.2.3.4",
    ":1.2.3.4",
    "1.2.3.4:",
    "::ffff:1.2.3.4.",
    "::ffff:1..3.4",
    "1.2.3.4" * 2,
    "1" * 46,
    "1." * 1000,
    ":" * 1000,
    "f:" * 100_000,
    "٨.8.8.8",
    "1。2.3.4",
    "localhost",
]


def read(values: Sequence[str | bytes | None] | pa.Array) -> list[int | None]:
    """The numbers that the batch parser finds, None where it finds none."""
    (chunk,) = column(values).chunks
    found = parse(texts(chunk))
    rows = list(zip(found.hi.tolist(), found.lo.tolist(), found.valid.tolist(), strict=True))
    assert not any(hi or lo for hi, lo, valid in rows if not valid)
    return [hi << 64 | lo if valid else None for hi, lo, valid in rows]


def expected(text: str) -> int | None:
    """What `canonical` says."""
    try:
        return int(canonical(text))
    except BadAddress:
        return None


@pytest.mark.parametrize("text", [*SPELLINGS, *REFUSED], ids=lambda text: repr(text[:30]))
def test_one_text(text: str) -> None:
    """A text alone in its column is read as `canonical` reads it."""
    assert (text in SPELLINGS) == (expected(text) is not None)
    assert read([text]) == [expected(text)]


def test_texts_do_not_disturb_each_other() -> None:
    """Every text beside every other one is read as if it were alone."""
    everything = [text for text in [*SPELLINGS, *REFUSED] if len(text) < 100]
    pairs = [text for one in everything for other in everything for text in (one, other)]
    assert read(pairs) == [expected(text) for text in pairs]


_pieces = st.sampled_from(
    [*"0123456789abcdefABCDEFgx%/[] \n\x00", ".", ".", ":", ":", "::", "255", "256", "00", "ffff"]
)
near = st.lists(_pieces, max_size=24).map("".join)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """An address in some spelling, with a character changed, inserted or removed."""
    address = draw(st.ip_addresses())
    spellings = [str(address), address.exploded, str(address).upper()]
    spellings += [f"::ffff:{address}", f"64:ff9b::{address}"] if address.version == 4 else []
    text = draw(st.sampled_from([*spellings, *SPELLINGS]))
    at = draw(st.integers(0, len(text)))
    return text[:at] + draw(_pieces | st.just("")) + text[at + draw(st.integers(0, 2)) :]


@settings(max_examples=400, deadline=None)
@given(st.lists(near | mutated() | st.text(max_size=20) | st.ip_addresses().map(str)))
@example(["::1.2.3.4", "", "1.2.3.4", "::", ""])
def test_any_column_of_texts(values: list[str]) -> None:
    """A column of good, bad and nearly good addresses is read text by text as `canonical` does."""
    assert read(pa.array(values, pa.string())) == [expected(text) for text in values]


@given(st.lists(st.binary(max_size=20), max_size=20))
def test_any_bytes(values: list[bytes]) -> None:
    """Bytes that are not UTF-8 are refused; the others are read as text is."""

    def as_text(value: bytes) -> int | None:
        try:
            return expected(value.decode())
        except UnicodeDecodeError:
            return None

    assert read(pa.array(values, pa.binary())) == [as_text(value) for value in values]


@given(st.lists(st.ip_addresses(v=4), min_size=1))
def test_every_way_to_carry_ipv4(addresses: list[IPv4Address]) -> None:
    """An IPv6 address that carries an IPv4 address is that address, in every spelling."""
    carried = [
        int(network.network_address) | int(address) << shift
        for address in addresses
        for network, shift in V4_EMBEDDINGS
    ]
    values = [str(IPv6Address(number)) for number in carried]
    values += [f"::ffff:{address}" for address in addresses]
    assert read(values) == [expected(text) for text in values]


def test_both_ends_of_every_special_block() -> None:
    """The first and the last address of each block, and their neighbours, are read exactly."""
    values = []
    for block in SPECIAL_BLOCKS:
        kind, last = type(block.network.network_address), (1 << block.network.max_prefixlen) - 1
        for end in (int(block.network.network_address), int(block.network.broadcast_address)):
            values += [str(kind(n)) for n in range(max(end - 1, 0), min(end + 1, last) + 1)]
    assert read(values) == [expected(text) for text in values]


def test_a_huge_text_among_small_ones() -> None:
    """A text of megabytes is refused, and its neighbours are read."""
    assert read(["1.2.3.4", "1.2.3.4:" * 500_000, "::5"]) == [0x01020304, None, 5]


def test_no_texts() -> None:
    """A column without rows has no addresses, and one of nulls has none either."""
    assert read(pa.array([], pa.string())) == []
    assert read(pa.array([None, None], pa.string())) == [None, None]
    assert read([None, "1.1.1.1"]) == [None, 0x01010101]
