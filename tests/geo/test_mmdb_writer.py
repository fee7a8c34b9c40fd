"""The MaxMind DB writer, read back by the official reader and by our own."""

import io
from collections.abc import Sequence
from ipaddress import IPv6Address, IPv6Network

import maxminddb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from maxminddb.decoder import Decoder as OfficialDecoder

from regiongate.domain.address import fold
from regiongate.geo import wide
from regiongate.geo.mmdb import encode, read
from regiongate.geo.mmdb.decode import Decoder
from regiongate.geo.mmdb.encode import encode_value
from regiongate.geo.mmdb.records import RECORD_SIZES, pack, unpack
from regiongate.geo.mmdb.writer import V4_ALIASES
from regiongate.geo.steps import Steps, constant, from_starts
from regiongate.geo.votes import without_v4_embeddings
from tests.geo.strategies import as_address, probes, steps, value_at

RECORDS: list[object] = [
    {"country": {"iso_code": "FR"}, "verdict": "allow"},
    {"country": {"iso_code": "RU"}, "verdict": "block", "asn": 64500},
    "text",
    {"list": [1, -1, 1 << 70, True, 0.5, b"\0"]},
]


def write(
    function: Steps, records: Sequence[object], aliases: Sequence[IPv6Network] = V4_ALIASES
) -> bytes:
    """A database with constant metadata."""
    return encode(
        function,
        records,
        build_epoch=1_800_000_000,
        database_type="t",
        description="d",
        aliases=aliases,
    )


@settings(max_examples=60, deadline=None)
@given(steps())
def test_official_reader_agrees_at_every_boundary(function: Steps) -> None:
    """Each boundary and both its neighbours read back the same, aliases as the IPv4 they carry."""
    function, _ = without_v4_embeddings(function)
    official = maxminddb.open_database(io.BytesIO(write(function, RECORDS)), maxminddb.MODE_FD)
    for number in probes(function):
        carried = fold(IPv6Address(number)) if number > 1 else as_address(number)
        value = value_at(function, int(carried))
        expected = None if value < 0 else RECORDS[value]
        assert official.get(as_address(number)) == expected
        assert official.get(IPv6Address(number)) == expected


@settings(max_examples=60, deadline=None)
@given(steps())
def test_own_reader_gives_the_steps_back(function: Steps) -> None:
    """What was written is read as the same function, with and without aliases."""
    content = write(function, RECORDS, aliases=())
    table = read(content)
    for number in probes(function):
        value, found = value_at(function, number), table.steps.lookup(number)
        assert (found < 0) == (value < 0)
        assert value < 0 or table.records[found] == RECORDS[value]
    bare, _ = without_v4_embeddings(function)
    assert read(write(bare, RECORDS)).steps == read(write(bare, RECORDS, aliases=())).steps


@settings(max_examples=30, deadline=None)
@given(steps())
def test_same_input_same_bytes(function: Steps) -> None:
    """Bytes depend on nothing but the input, and not on the order of keys or equal records."""
    reordered = [dict(reversed(r.items())) if isinstance(r, dict) else r for r in RECORDS]
    shifted = Steps(function.hi, function.lo, function.value + (function.value >= 0) * 4)
    assert write(function, RECORDS, aliases=()) == write(function, reordered, aliases=())
    assert write(function, RECORDS, aliases=()) == write(shifted, RECORDS * 2, aliases=())


def test_one_value_everywhere() -> None:
    """A database may say one thing of every address, or nothing at all."""
    for value, expected in ((-1, None), (2, "text")):
        content = write(constant(value), RECORDS, aliases=())
        official = maxminddb.open_database(io.BytesIO(content), maxminddb.MODE_FD)
        assert official.get("8.8.8.8") == official.get("2a00::") == expected
    empty = maxminddb.open_database(io.BytesIO(write(constant(), [])), maxminddb.MODE_FD)
    assert empty.get("2002:808:808::") is None


def test_value_inside_of_an_alias_is_refused() -> None:
    """A value at an address that stands for IPv4 would be lost, so it is refused."""
    with pytest.raises(ValueError, match="inside of ::ffff:0:0/96"):
        write(constant(0), RECORDS)


def test_value_without_record_is_refused() -> None:
    """A value that no record answers to is refused."""
    with pytest.raises(ValueError, match="value 4 of 4 records"):
        write(constant(4), RECORDS, aliases=())


@given(st.data())
def test_records_pack_and_unpack(data: st.DataObject) -> None:
    """Records of each size survive their bytes."""
    size = data.draw(st.sampled_from(RECORD_SIZES))
    pair = st.tuples(*[st.integers(0, (1 << size) - 1)] * 2)
    records = np.array(data.draw(st.lists(pair, min_size=1)), dtype=np.uint32)
    assert np.array_equal(unpack(pack(records, size), size), records)


def test_large_data_section_takes_wider_records() -> None:
    """The record size grows when an offset no longer fits, and the file reads back."""
    count = 17
    starts = [number << 16 for number in range(count + 1)]
    function = from_starts(*wide.split(starts), np.arange(count + 1, dtype=np.int32))
    texts = [*(bytes([number]) + bytes(1 << 20) for number in range(count)), "behind"]
    content = write(function, texts, aliases=())
    table = read(content)
    assert table.metadata["record_size"] == 28
    assert table.record_at(starts[-1]) == "behind"
    official = maxminddb.open_database(io.BytesIO(content), maxminddb.MODE_FD)
    assert official.get(as_address(starts[-1])) == "behind"


scalars = (
    st.booleans()
    | st.integers(-(1 << 31), (1 << 128) - 1)
    | st.floats(allow_nan=False)
    | st.text(max_size=40)
    | st.binary(max_size=40)
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


@given(values)
def test_values_survive_their_bytes(value: object) -> None:
    """Any value reads back the same, by the official decoder too."""
    encoded = encode_value(value)
    assert Decoder(encoded, "file", 0).decode(0) == value
    assert OfficialDecoder(encoded).decode(0) == (value, len(encoded))


@pytest.mark.parametrize("length", [28, 29, 284, 285, 65820, 65821, 70000])
def test_long_text(length: int) -> None:
    """Every way to write a size reads back the same."""
    encoded = encode_value("x" * length)
    assert Decoder(encoded, "file", 0).decode(0) == "x" * length
    assert OfficialDecoder(encoded).decode(0)[0] == "x" * length


@pytest.mark.parametrize("value", [None, {1: 2}, object(), {"a": {1, 2}}])
def test_unwritable_value_is_refused(value: object) -> None:
    """What the format cannot hold is refused, not left out."""
    with pytest.raises(TypeError):
        encode_value(value)
