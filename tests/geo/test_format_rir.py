"""The statistics of the registries."""

from datetime import date

import pytest

from regiongate.geo.formats import Wanted
from tests.geo.rawtables import codes, first_at, label_at, problems, read

HEAD = "2|apnic|20260624|9|19830613|20260624|+1000\n"
EXTENDED = (
    HEAD
    + """\
apnic|*|asn|*|1|summary
apnic|*|ipv4|*|4|summary
apnic|*|ipv6|*|2|summary
# A comment.
apnic|JP|asn|173|1|20020801|allocated|A91A7381
apnic|AU|ipv4|1.0.0.0|256|20110811|assigned|A91872ED
apnic|CN|ipv4|1.0.1.0|768|20110414|allocated|A92E1062
apnic||ipv4|1.0.4.0|256|20110412|available|
apnic|ZZ|ipv4|1.0.5.0|256||reserved|
apnic|JP|ipv6|2001:200::|35|19990813|allocated|A91A7381
apnic|EU|ipv6|2001:600::|32|19990813|allocated|A91A7381
"""
)
OTHER = """\
2|ripencc|1782337000|1|19830705|20260623|+0200
ripencc|*|ipv4|*|1|summary
ripencc|FR|ipv4|2.0.0.0|1048576|20100712|allocated
"""


def test_networks_by_country() -> None:
    """A count need be no power of two; a network that is not delegated has no country."""
    table = read("rir", EXTENDED)
    asked = ["1.0.0.255", "1.0.1.0", "1.0.3.255", "1.0.4.0", "1.0.5.9", "2001:200::", "2001:600::"]
    assert first_at(table, *asked) == ["AU", "CN", "CN", "", "", "JP", "EU"]
    assert first_at(table, "0.255.255.255", "1.0.6.0", "2001:200:2000::") == [None, None, None]
    assert table.date == date(2026, 6, 24)


def test_registries_joined() -> None:
    """Several files one behind the other are one source, as old as the oldest of them."""
    table = read("rir", EXTENDED + OTHER)
    assert first_at(table, "1.0.0.1", "2.15.255.255", "2.16.0.0") == ["AU", "FR", None]
    assert table.date == date(2026, 6, 23)


def test_other_fields() -> None:
    """Each field of a record can be asked for by its name in the specification."""
    table = read("rir", EXTENDED + OTHER, Wanted(("status", "opaque-id", "registry")))
    assert label_at(table, "1.0.4.1") == ("available", "", "apnic")
    assert label_at(table, "2.0.0.1") == ("allocated", "", "ripencc")


def test_a_file_cut_off() -> None:
    """A file with fewer records than its summary says is refused, at its version line."""
    lines = EXTENDED.splitlines(keepends=True)
    assert problems("rir", OTHER + "".join(lines[:-2])) == [
        (4, "cut-off", "0 ipv6 records of the 2 in the summary")
    ]


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ("apnic|FR|ipv4|1.0.0.0|0|20110811|assigned", "rir-value"),
        ("apnic|FR|ipv4|1.0.0.0|1e3|20110811|assigned", "rir-value"),
        ("apnic|FR|ipv4|1.0.0|256|20110811|assigned", "bad-address"),
        ("apnic|FR|ipv4|255.255.255.0|512|20110811|assigned", "bad-address"),
        ("apnic|FR|ipv4|2a00::|256|20110811|assigned", "bad-address"),
        ("apnic|FR|ipv6|2a00::1|32|20110811|assigned", "bad-network"),
        ("apnic|FR|ipv6|2a00::|129|20110811|assigned", "bad-network"),
        ("apnic|FR|ipv6|1.0.0.0|24|20110811|assigned", "bad-address"),
        ("apnic|FR|ipv5|2a00::|129|20110811|assigned", "rir-type"),
        ("apnic|France|ipv4|1.0.0.0|256|20110811|assigned", "bad-region"),
        ("apnic|FR|ipv4|1.0.0.0|256", "columns"),
        ("apnic|*|ipv4|*|many|summary", "rir-summary"),
    ],
)
def test_bad_records(record: str, code: str) -> None:
    """Each mistake in a record has its code and its line."""
    assert codes("rir", f"{HEAD}{record}\n") == [(2, code)]


def test_two_registries_for_one_network() -> None:
    """Joined files that both have a network contradict each other, and nobody is believed."""
    record = "ripencc|FR|ipv4|1.0.0.128|1|20100712|allocated\n"
    assert codes("rir", EXTENDED + OTHER.replace("*|1|", "*|2|") + record) == [(16, "overlap")]


def test_without_a_version_line() -> None:
    """A file that begins in the midst is told so once."""
    assert codes("rir", "".join(EXTENDED.splitlines(keepends=True)[1:])) == [(1, "rir-version")]
