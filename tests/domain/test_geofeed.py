"""The row grammar of RFC 8805."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regiongate.domain.geofeed import read


@pytest.mark.parametrize(
    ("line", "said"),
    [
        # The examples of RFC 8805, section 2.1.1 and 2.1.3.
        ("192.0.2.0/25,US,US-AL,,", ("192.0.2.0/25", "US", "US-AL")),
        ("192.0.2.5,US,US-AL,Alabaster,", ("192.0.2.5/32", "US", "US-AL")),
        ("192.0.2.128/25,PL,PL-MZ,,", ("192.0.2.128/25", "PL", "PL-MZ")),
        ("2001:db8::/32,PL,,,", ("2001:db8::/32", "PL", None)),
        ("2001:db8:cafe::/48,PL,PL-MZ,,02-784", ("2001:db8:cafe::/48", "PL", "PL-MZ")),
        ("192.0.2.0/24,,,,", ("192.0.2.0/24", None, None)),
        ("192.0.2.0/24,ZZ,,,", ("192.0.2.0/24", None, None)),
        # Either case, spaces, quotes, comments, fields that are missing or to come.
        (" 192.0.2.0/24 , us , us-al ", ("192.0.2.0/24", "US", "US-AL")),
        ('"192.0.2.0/24","US","US-AL","a, b"', ("192.0.2.0/24", "US", "US-AL")),
        ("192.0.2.0/24,US # as of today", ("192.0.2.0/24", "US", None)),
        ("192.0.2.0/24,US,US-AL,,,later,fields", ("192.0.2.0/24", "US", "US-AL")),
        ("192.0.2.0/24", ("192.0.2.0/24", None, None)),
        ("192.0.2.0/24,US,Alabama,,", ("192.0.2.0/24", "US", None)),
        ("192.0.2.0/24,,US-AL,,", ("192.0.2.0/24", "US", "US-AL")),
    ],
)
def test_a_row_says_where_a_network_is(line: str, said: tuple[str, str | None, str | None]) -> None:
    """Network, country, part; the region is the most specific of the two."""
    network, country, part = said
    (row,) = read(line.encode(), "feed.csv").rows
    assert (row.network, row.country, row.part) == (ip_network(network), country, part)
    assert row.region == (part or country)
    assert row.vague == ("Alabama" if "Alabama" in line else "")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("192.0.2.1/24,US,,,", "geofeed-network"),
        ("192.0.2.0/255.255.255.0,US,,,", "geofeed-network"),
        ("192.0.2.0/33,US,,,", "geofeed-network"),
        ("192.0.2/24,US,,,", "geofeed-network"),
        ("fe80::%1/64,US,,,", "geofeed-network"),
        (",US,,,", "geofeed-network"),
        ("192.0.2.0/24,USA,,,", "geofeed-country"),
        ("192.0.2.0/24,US-AL,,,", "geofeed-country"),
        ("192.0.2.0/24,US,FR-75,,", "geofeed-region"),
        ("192.0.2.0/24,\u00e9,,,".encode("latin-1"), "not-utf-8"),
    ],
)
def test_a_row_that_cannot_be_read_is_told_with_its_line(line: str | bytes, code: str) -> None:
    """Nothing is skipped in silence, and nothing is guessed."""
    data = line if isinstance(line, bytes) else line.encode()
    feed = read(b"# A comment.\r\n\r\n" + data, "feed.csv")
    assert [(p.file, p.line, p.code) for p in feed.problems] == [("feed.csv", 3, code)]
    assert feed.rows == ()


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    """A byte order mark, comments and blank lines stand in the file, too."""
    feed = read(b"\xef\xbb\xbf# Ours\n\n192.0.2.0/24,US,,,\r\n   \n192.0.3.0/24,FR,,,", "feed.csv")
    assert [row.line for row in feed.rows] == [3, 5]
    assert feed.problems == ()


@given(st.binary(max_size=80) | st.text('"#,./:019aAfU\r\n\x00', max_size=60).map(str.encode))
def test_any_file_is_read_or_told(data: bytes) -> None:
    """Every line that says something is a row or a problem."""
    feed = read(data, "feed.csv")
    told = {row.line for row in feed.rows} | {problem.line for problem in feed.problems}
    lines = data.decode("utf-8-sig", "replace").split("\n")
    said = {n for n, line in enumerate(lines, 1) if line.partition("#")[0].strip()}
    assert told == said or [problem.code for problem in feed.problems] == ["not-utf-8"]


def test_a_field_past_all_sense_is_told() -> None:
    """What the CSV reader of Python gives up on is a problem of that line."""
    feed = read(b'192.0.2.0/24,"' + b"x" * 200_000 + b'"', "feed.csv")
    assert [problem.code for problem in feed.problems] == ["geofeed-row"]
