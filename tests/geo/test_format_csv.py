"""CSV of ranges and of networks: columns, families, spellings; checked against slow readings."""

import csv
import io
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from regiongate.geo.formats import Wanted
from regiongate.geo.formats.cells import _by_arrow, _by_line
from regiongate.geo.formats.lines import blocks
from regiongate.geo.formats.rejects import Rejects
from regiongate.geo.source import SourceError
from regiongate.geo.steps import Steps
from tests.geo.rawtables import codes, first_at, label_at, problems, read
from tests.geo.strategies import TOP, as_address, probes, starts_of, steps

LABELS = ["FR", "DE", "UA-43", "??"]
HEADED = """\
network,country,country_code,continent,asn,as_name
10.0.0.0/8,France,FR,EU,AS1,"One, and more"
11.0.0.0/8,Germany,DE,EU,,
2a00::/16,,,,AS3,Three
"""


def test_columns_by_name_number_and_alternative() -> None:
    """A field names a column or its number; of alternatives the first that says anything counts."""
    table = read("csv-networks", HEADED, Wanted(("asn|country_code", "6")))
    asked = [label_at(table, address) for address in ("10.0.0.1", "11.0.0.1", "2a00::1")]
    assert asked == [("AS1", "One, and more"), ("DE", ""), ("AS3", "Three")]
    assert table.labels == (("AS1", "One, and more"), ("DE", ""), ("AS3", "Three"))


def test_the_usual_column() -> None:
    """Under a heading `country_code` is the label; without one it is the column behind the keys."""
    assert first_at(read("csv-networks", HEADED), "10.0.0.1", "2a00::1") == ["FR", ""]
    assert first_at(read("csv-networks", "10.0.0.0/8,FR,DE\n"), "10.0.0.1") == ["FR"]
    assert first_at(read("csv-ranges", "10.0.0.0,10.0.0.9,FR,DE\n"), "10.0.0.1") == ["FR"]


def test_a_field_that_is_not_there() -> None:
    """A field without a column is told with the columns that there are."""
    with pytest.raises(SourceError, match="there is no field 'region': name one of: network, cou"):
        read("csv-networks", HEADED, Wanted(("region",)))
    with pytest.raises(SourceError, match="there is no field 'region': name a column by its num"):
        read("csv-networks", "10.0.0.0/8,FR\n", Wanted(("region",)))
    assert codes("csv-networks", "10.0.0.0/8,FR\n", Wanted(("9",))) == [(1, "columns")]


def test_any_label_without_a_check() -> None:
    """Without a check every text is a label."""
    table = read("csv-ranges", "1.0.0.0,1.0.0.9,a VPN\n", Wanted())
    assert first_at(table, "1.0.0.3") == ["a VPN"]


def test_tabs_instead_of_commas() -> None:
    """A file whose first line has a tab is read by tabs, commas within cells included."""
    content = "1.0.0.0\t1.0.0.255\t13335\tUS\tOne, Inc.\n"
    table = read("csv-ranges", content, Wanted(("3", "5")))
    assert label_at(table, "1.0.0.3") == ("13335", "One, Inc.")


def test_ipv6_that_begins_where_ipv4_is() -> None:
    """An IPv6 range from :: on says nothing of IPv4, and what it loses there is counted."""
    content = "0.0.0.0,255.255.255.255,FR\n::,1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,DE\n"
    table = read("csv-ranges", content)
    assert first_at(table, "0.0.0.0", "255.255.255.255", "::1:0:0", "1fff::") == [
        "FR",
        "FR",
        "DE",
        "DE",
    ]
    assert table.unreachable == {"::/96": 1}


def test_ipv6_within_ipv4_compatible_space() -> None:
    """A network of IPv6 within ::/96 cannot be looked up: it is counted and says nothing."""
    table = read("csv-networks", "::1/128,FR\n::/0,DE\n1.0.0.0/8,UA\n::ffff:2.0.0.0/104,GB\n")
    assert first_at(table, "0.0.0.1", "1.0.0.1", "2.0.0.1", "2a00::") == [None, "UA", "GB", "DE"]
    assert table.unreachable == {"::/96": 2}


def test_ip2location_writes_ipv4_as_mapped_ipv6() -> None:
    """The IPv6 file of IP2Location has all of IPv4 in ::ffff:0:0/96, and begins at 0."""
    mapped = 0xFFFF << 32
    last = (1 << 128) - 1
    content = (
        f'"0","{mapped - 1}","-","-"\n"{mapped}","{mapped + 255}","FR","France"\n'
        f'"{mapped + 256}","{last}","-","-"\n'
    )
    table = read("csv-ranges", content)
    assert first_at(table, "0.0.0.255", "0.0.1.0", "2a00::") == ["FR", None, "-"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("1.0.0.0,2a00::,FR", "two-families"),
        ("1.0.0.0,4294967296,FR", "two-families"),
        ("2a00::,1.0.0.0,FR", "two-families"),
        ("2a00::2,2a00::1,FR", "backward-range"),
        ("01.0.0.0,1.0.0.1,FR", "bad-address"),
        ("1.0.0.0,1.0.0.256,FR", "bad-address"),
        ("1.0.0.0,,FR", "bad-address"),
        ("fe80::1%eth0,fe80::2,FR", "bad-address"),
        (f"0,{1 << 128},FR", "bad-address"),
        (f"0,{'9' * 5000},FR", "bad-address"),
        ("-1,5,FR", "bad-address"),
        ("1_0,50,FR", "bad-address"),
        ('"1.0.0.0,1.0.0.1,FR', "csv"),
        ('1.0.0.0,1.0.0.1,"F"R', "csv"),
    ],
)
def test_bad_ranges(row: str, code: str) -> None:
    """Each mistake in a range has its code, and rows around it do not hide it."""
    content = f"5.0.0.0,5.0.0.255,FR\n{row}\n6.0.0.0,6.0.0.255,FR\n"
    assert codes("csv-ranges", content) == [(2, code)]


@pytest.mark.parametrize(
    "text",
    ["10.0.0.0/33", "2a00::/129", "10.0.0.1/8", "10.0.0.0/", "10.0.0.0/8/8", "167772160", ""],
)
def test_bad_networks(text: str) -> None:
    """What is no network is told, beside good rows and beside rows with one slash each."""
    for around in ("5.0.0.0/8", "5.0.0.0"):
        assert codes("csv-networks", f"{around},FR\n{text},FR\n") == [(2, "bad-network")]


def test_slashes_of_two_rows_are_not_mixed_up() -> None:
    """A row with two slashes beside one with none is a bad row, not two good ones."""
    assert codes("csv-networks", "1.0.0.0,FR\n8/2.0.0.0/8,FR\n") == [(2, "bad-network")]


def test_host_bits_have_a_remedy() -> None:
    """The remedy for host bits is the network that is meant."""
    with pytest.raises(SourceError, match=r"has host bits set: write 10\.0\.0\.0/8"):
        read("csv-networks", "10.0.0.1/8,FR\n")


def test_a_single_address_is_a_network() -> None:
    """IPinfo writes single addresses without a length."""
    table = read("csv-networks", "10.0.0.1,FR\n10.0.0.0/24,DE\n2a00::1,UA\n")
    assert first_at(table, "10.0.0.0", "10.0.0.1", "10.0.0.2", "2a00::1") == [
        "DE",
        "FR",
        "DE",
        "UA",
    ]


def test_white_space_and_line_ends() -> None:
    """Blanks around cells, blank lines, comments, a byte order mark, mixed line ends are fine."""
    content = (
        b"\xef\xbb\xbf# c\r\n 1.0.0.0 , 1.0.0.9 , FR \r\n\r\n  # c\n\t\n1.0.1.0,1.0.1.9,DE\r"
        b"1.0.2.0,1.0.2.9, UA"
    )
    table = read("csv-ranges", content)
    assert first_at(table, "1.0.0.9", "1.0.1.9", "1.0.2.9") == ["FR", "DE", "UA"]
    assert codes("csv-ranges", content + b",\n\r\n# c\rx,y,FR\n") == [(10, "bad-address")]


def test_overlaps_name_both_lines() -> None:
    """Of two ranges that overlap the later line is at fault and names the earlier one."""
    content = "# c\n1.0.0.5,1.0.0.9,FR\n\n1.0.0.0,1.0.0.5,DE\n"
    assert problems("csv-ranges", content) == [
        (4, "overlap", "the range overlaps that of line 2"),
    ]


@settings(deadline=None)
@given(steps(values=len(LABELS)), st.randoms(use_true_random=False), st.booleans())
def test_ranges_round_trip(function: Steps, random: object, integers: bool) -> None:
    """Written as rows and read again, a function over the addresses is the same."""
    rows = list(_ranges_of(function, integers))
    random.shuffle(rows)  # type: ignore[attr-defined]
    table = read("csv-ranges", _written(rows))
    _compare(table.steps, rows, table.labels, [function])


@settings(deadline=None)
@given(steps(values=len(LABELS), most=8))
def test_networks_round_trip(function: Steps) -> None:
    """The same holds when the function is written as networks."""
    rows: list[tuple[str, ...]] = [
        (str(network), label)
        for first, last, label in _spans_of(function)
        for network in _networks_of(first, last)
    ]
    held = [(ip_network(text), label) for text, label in rows]
    table = read("csv-networks", _written(rows))
    for address in probes(function):
        expected = [label for network, label in held if as_address(address) in network]
        assert label_at(table, address) == ((expected[0],) if expected else None)


def _spans_of(function: Steps) -> list[tuple[int, int, str]]:
    """First, last and label; a span over the end of IPv4 becomes two."""
    starts = sorted({*starts_of(function), 1 << 32})
    spans = zip(starts, [*starts[1:], TOP], strict=True)
    return [
        (start, end - 1, LABELS[value])
        for start, end in spans
        if (value := function.lookup(start)) >= 0
    ]


def _ranges_of(function: Steps, integers: bool) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for first, last, label in _spans_of(function):
        if integers and not _reads_as_mapped(first, last):
            rows.append((str(first), str(last), label))
        else:
            rows.append((str(as_address(first)), str(as_address(last)), label))
    return [row for row in rows if not _reads_as_mapped(_number(row[0]), _number(row[1]))]


def _reads_as_mapped(first: int, last: int) -> bool:
    return first >> 32 == last >> 32 == 0xFFFF


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else int(ip_address(text))


def _networks_of(first: int, last: int) -> list[IPv4Network | IPv6Network]:
    """The networks of a span, mapped IPv4 left out, for it would be read as IPv4."""
    found: list[IPv4Network | IPv6Network] = []
    address = first
    while address <= last:
        width = 32 if last < 1 << 32 else 128
        bits = min((address & -address).bit_length() - 1 if address else width, width)
        while address + (1 << bits) - 1 > last:
            bits -= 1
        if address >> 32 != 0xFFFF or bits > 32:
            made = (address, width - bits)
            found.append(IPv4Network(made) if width == 32 else IPv6Network(made))
        address += 1 << bits
    return found


def _written(rows: list[tuple[str, ...]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def _compare(
    found: Steps, rows: list[tuple[str, ...]], labels: tuple[tuple[str, ...], ...], at: list[Steps]
) -> None:
    spans = [(_number(row[0]), _number(row[1]), row[2]) for row in rows]
    for address in probes(found, *at):
        expected = next((label for a, b, label in spans if a <= address <= b), None)
        value = found.lookup(address)
        assert (None if value < 0 else labels[value][0]) == expected


CELLS = st.lists(
    st.lists(st.text(alphabet="ab\",' \t#é1.", max_size=5), min_size=1, max_size=4),
    min_size=1,
    max_size=5,
)


@given(CELLS, st.booleans(), st.sampled_from([0, 1, 2]))
@example([['"'], ['"']], False, 0)
@example([['"a'], ['b"']], False, 0)
@example([["a", '"'], ['"', "b"]], False, 1)
def test_arrow_reads_as_the_standard_library_does(
    rows: list[list[str]], quoted: bool, place: int
) -> None:
    """Where the fast reading of a block has an answer, the slow one has the same."""
    out = io.StringIO()
    if quoted:
        csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    else:
        out.write("\n".join(",".join(row) for row in rows))
    for block in blocks(out.getvalue().encode(), "f"):
        if not block.lines.size:
            continue
        fast = _by_arrow(block, [place], ",")
        if fast is None:
            continue
        rejects = Rejects("f")
        slow = _by_line(block, [place], ",", "a row", rejects)
        assert rejects.total == 0
        assert np.array_equal(slow.lines, block.lines)
        assert slow.texts[0].to_pylist() == [text.strip() for text in fast[0].to_pylist()]


@pytest.mark.parametrize("size", [1, 7, 40, 1 << 20])
def test_blocks_have_every_line_once(size: int) -> None:
    """However the content is cut into blocks, each line comes once, with its number."""
    content = b"a,b\n\n# c\nlonger,line\r\nlast"
    found = [
        (line, text)
        for block in blocks(content, "f", size)
        for line, text in zip(block.lines.tolist(), block.text.split(b"\n"), strict=False)
    ]
    assert found == [(1, b"a,b"), (4, b"longer,line"), (5, b"last")]


@given(st.integers(0, TOP - 1), st.integers(0, 128))
def test_one_network_against_the_standard_library(number: int, length: int) -> None:
    """A network is accepted and placed as `ipaddress` has it."""
    text = f"{IPv6Address(number)}/{length}"
    _one_network(text)
    _one_network(f"{IPv4Address(number >> 96)}/{length}")


def _one_network(text: str) -> None:
    try:
        network = ip_network(text)
    except ValueError:
        assert codes("csv-networks", f"{text},FR\n") == [(1, "bad-network")]
        return
    first, last = int(network.network_address), int(network.broadcast_address)
    if isinstance(network, IPv6Network):
        if first >> 32 == last >> 32 == 0xFFFF:
            first, last = first & 0xFFFFFFFF, last & 0xFFFFFFFF
        else:
            first = max(first, 1 << 32)
    table = read("csv-networks", f"{text},FR\n")
    for address in (first - 1, first, last, last + 1):
        if 0 <= address < TOP:
            inside = first <= address <= last
            assert label_at(table, address) == (("FR",) if inside else None)
