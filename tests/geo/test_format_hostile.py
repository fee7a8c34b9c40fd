"""Text that somebody has made to do harm: defined errors, in bounded time and memory."""

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regiongate.geo.formats import FORMATS, Wanted
from regiongate.geo.formats.detect import format_of
from regiongate.geo.labels import region_fault
from regiongate.geo.mmdb import MmdbError
from regiongate.geo.source import SourceError
from tests.geo.rawtables import codes, problems, read

TEXTS = sorted(FORMATS.keys() - {"mmdb", "geolite2-csv"})
WANTED = {"cidr-list": Wanted(label=("x",))}


@pytest.mark.parametrize("format", sorted(TEXTS))
def test_content_that_is_no_text(format: str) -> None:
    """NULs, other encodings and huge lines are told by their line, in every format."""
    wanted = WANTED.get(format, Wanted(check=region_fault))
    bad = {
        "nul": b"# 1\n# 2\n1.0.0\x00.0,x\n",
        "long-line": b"# 1\n# 2\n1.0.0.0," + b"9" * 70_000,
        "encoding": b"# 1\n# 2\n1.0.0.0,\xff\n",
    }
    for code, content in bad.items():
        found = codes(format, content, wanted)
        assert found[0][0] == 3
        if format != "geofeed":  # Its grammar is shared, with codes of its own.
            assert found == [(3, code)]


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(sorted(FORMATS)), st.binary(max_size=200) | st.text(max_size=200))
def test_noise(format: str, content: str | bytes) -> None:
    """Whatever the content, it is read or refused with an error that has a place and a remedy."""
    content = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    for reading in (
        lambda: read(format, content, WANTED.get(format, Wanted())),
        lambda: format_of(content, "f"),
    ):
        try:
            reading()
        except SourceError as error:
            assert error.problems[0].remedy
        except MmdbError:
            assert format == "mmdb"


ROWS = {
    "csv-ranges": [",,,", "1.0.0.0,1.0.0.9,FR", "::,1::,DE", '"', "9,1,FR", "1.0.0.0,1.0.0.9,x"],
    "csv-networks": ["/", "1.0.0.0/8,FR", "::/0,DE", "1.0.0.0/8,DE", "1.0.0.1/8,FR", ",,"],
    "rir": [
        "2|a|1|1|1|20260101|0",
        "a|FR|ipv4|1.0.0.0|9|1|allocated",
        "||||||",
        "a|*|ipv4|*|1|summary",
    ],
    "ipfire": ["net: 1.0.0.0/8", "", "country: FR", "aut-num: AS1", "name: x", ":", "net:"],
    "geofeed": ["1.0.0.0/8,FR,,,", ",,,,", "1.0.0.0/8,,,,", "::/0,UA,UA-43,,", "#", "x"],
    "cidr-list": ["1.0.0.0/8", "1.0.0.0-1.0.0.9", "-", "a-b", "::/0", ";", "1.0.0.0"],
}


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_rows_of_all_sorts(data: st.DataObject) -> None:
    """Good and bad rows in any order are read, or every bad one is told with its line."""
    format = data.draw(st.sampled_from(sorted(ROWS)))
    lines = data.draw(st.lists(st.sampled_from(ROWS[format]), max_size=12))
    try:
        table = read(format, "\n".join(lines), WANTED.get(format, Wanted(check=region_fault)))
    except SourceError as error:
        places = [problem.line for problem in error.problems]
        assert places == sorted(places)
        assert all(1 <= place <= max(len(lines), 1) for place in places)
    else:
        assert len(table.labels) == len(table.rows)


@pytest.mark.parametrize(
    ("row", "format"),
    [
        ("x1,y,FR\n", "csv-ranges"),
        ("1.0.0.0,1.0.0.0,France\n", "csv-ranges"),
        ('"1.0.0.0,1.0.0.0,FR\n', "csv-ranges"),
        ("1.0.0.0,1.0.0.9,FR\n", "csv-ranges"),
        ("1.0.0.1/8,FR\n", "csv-networks"),
    ],
)
def test_a_great_many_bad_rows(row: str, format: str) -> None:
    """However many rows are bad, a thousand are kept and all are counted."""
    count = 100_000
    content = "5.0.0.0,5.0.0.0,FR\n" if format == "csv-ranges" else "5.0.0.0/8,FR\n"
    tracemalloc.start()
    try:
        with pytest.raises(SourceError) as caught:
            read(format, content + row * count)
        assert tracemalloc.get_traced_memory()[1] < 100 << 20
    finally:
        tracemalloc.stop()
    assert len(caught.value.problems) == 1000
    assert caught.value.total in (count, count - 1)  # Of rows that overlap, the first is none.
    assert caught.value.problems[0].line in (2, 3)


def test_messages_are_short() -> None:
    """A cell of many kilobytes is not repeated in the message about it."""
    huge = "9a" * 20_000
    for format, content in (
        ("csv-ranges", f"{huge},1.0.0.0,FR\n"),
        ("csv-ranges", f"1.0.0.0,1.0.0.1,{huge}\n"),
        ("csv-networks", f"{huge}/8,FR\n"),
        ("ipfire", f"{huge}: x\n"),
        ("rir", f"2|a|1|1|1|1|0\na|FR|{huge}|1.0.0.0|1|1|allocated\n"),
    ):
        assert all(len(message) < 200 for _, _, message in problems(format, content))
