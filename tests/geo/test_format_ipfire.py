"""The text of IPFire's location database."""

from datetime import date

import pytest

from regiongate.geo.formats import Wanted
from tests.geo.rawtables import codes, first_at, label_at, read

DUMP = """\
#
# Location Database Export
#
# Generated: Thu, 25 Jun 2026 04:33:59 GMT
# Vendor:    IPFire Project
#
# This is a comment.
#

aut-num:                 AS1
name:                    Level 3: Parent, LLC

aut-num:                 AS13335
name:                    CLOUDFLARENET

net:                     1.0.0.0/8
country:                 AU
aut-num:                 13335
is-anycast:              yes

net:                     1.1.0.0/16
aut-num:                 1

net:                     2a00::/16
country:                 A1
is-anonymous-proxy:      yes
drop:                    yes
"""


def test_networks() -> None:
    """Of nested networks the most specific one counts, one without a country included."""
    table = read("ipfire", DUMP)
    assert first_at(table, "1.0.0.1", "1.1.0.1", "1.2.0.1", "2a00::1") == ["AU", "", "AU", "A1"]
    assert table.date == date(2026, 6, 25)


def test_other_fields() -> None:
    """AS, its name and the flags can be asked for; the name comes from the block of the AS."""
    wanted = Wanted(("aut-num", "name", "is-anycast", "drop"))
    table = read("ipfire", DUMP, wanted)
    assert label_at(table, "1.0.0.1") == ("13335", "CLOUDFLARENET", "yes", "")
    assert label_at(table, "1.1.0.1") == ("1", "Level 3: Parent, LLC", "", "")
    assert label_at(table, "2a00::1") == ("", "", "", "yes")


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("net: 1.0.0.1/8", [(1, "bad-network")]),
        ("net: 1.0.0.0/8\ncountry: France", [(1, "bad-region")]),
        ("country: FR", [(1, "ipfire-block")]),
        ("net: 1.0.0.0/8\nplanet: Mars", [(2, "ipfire-key")]),
        ("net: 1.0.0.0/8\nnet: 2.0.0.0/8", [(2, "ipfire-twice")]),
        ("net: 1.0.0.0/8\nnothing", [(2, "ipfire-key")]),
        ("net: 1.0.0.0/8\ncountry: FR\n\nnet: 1.0.0.0/8\ncountry: DE", [(4, "twice")]),
    ],
)
def test_bad_blocks(block: str, expected: list[tuple[int, str]]) -> None:
    """Each mistake has its code; what is wrong with a block is told at its first line."""
    assert codes("ipfire", block) == expected
