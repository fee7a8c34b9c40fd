"""Which format a content is taken for."""

import pytest

from regiongate.geo.formats.detect import format_of
from regiongate.geo.source import SourceError
from tests.geo.test_format_cidr_list import LIST
from tests.geo.test_format_csv import HEADED
from tests.geo.test_format_geofeed import FEED
from tests.geo.test_format_geolite2 import BLOCKS, city
from tests.geo.test_format_ipfire import DUMP
from tests.geo.test_format_rir import EXTENDED


@pytest.mark.parametrize(
    ("content", "format"),
    [
        (LIST, "cidr-list"),
        ("10.0.0.1\n", "cidr-list"),
        ("1.10.16.0/20 ; SBL256894\n", "cidr-list"),
        ("1.1.1.1-1.1.1.9\n", "cidr-list"),
        (HEADED, "csv-networks"),
        ("10.0.0.0/8,FR\n", "csv-networks"),
        ("10.0.0.0/8,FR,Paris\n", "csv-networks"),
        ("network,region\n10.0.0.1,FR\n", "csv-networks"),
        (FEED, "geofeed"),
        ("10.0.0.0/8,FR,,,\n", "geofeed"),
        ("10.0.0.1,,,,\n", "geofeed"),
        (DUMP, "ipfire"),
        (EXTENDED, "rir"),
        ("2.3|nro|20260624|9|19830705|20260624|+0000\n", "rir"),
        ("1.0.0.0,1.0.0.255,FR\n", "csv-ranges"),
        ('"0","16777215","-","-"\n', "csv-ranges"),
        ("::,1fff::,ZZ\n", "csv-ranges"),
        ("1.0.0.0\t1.0.0.255\t13335\tUS\tCLOUDFLARENET\n", "csv-ranges"),
        ("# IPFire\n16777216,16777471,AU\n", "tor-geoip"),
        ("ip_from,ip_to,cc\n16777216,16777471,AU\n", "csv-ranges"),
        ("\ufeffx,y,z\n1.0.0.0,1.0.0.255,FR\n", "csv-ranges"),
        ("1.0.0,1.0.0.255,FR\n" * 3 + "1.0.0.0,1.0.0.255,FR\n", "csv-ranges"),
    ],
)
def test_by_content(content: str, format: str) -> None:
    """The content says what it is, past comments, headings and rows that are wrong."""
    assert format_of(content.encode(), "f") == format


def test_a_zip_of_maxmind() -> None:
    """A zip that was left as it is is MaxMind's."""
    assert format_of(city(), "f") == "geolite2-csv"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "says nothing"),
        (b"# only a comment\n", "says nothing"),
        (b"network,region\n", "says nothing"),
        (b"<html><body>401 Unauthorized</body></html>\n", "a web page, and no file"),
        (b"\xef\xbb\xbf\n<!DOCTYPE HTML>\n<html>\n" + b"x" * 600, "a web page, and no file"),
        (b"hello\nworld\n", "no format of a source: 'hello'"),
        (b'{"error": "no token"}\n', "no format of a source"),
        (b"a,b\nc,d\n", "no range and no network stands under the heading 'a,b'"),
        (b"\x00\x01\x02", "the file is cut off"),
        (b"1.0.0.0\x00", "a NUL byte"),
        (b"\xff\xfe1\x00", "a NUL byte"),
        (BLOCKS.encode() + b"1.0.0.0/24,10,,,,,,,,,\n", "give the zip as MaxMind ships it"),
    ],
)
def test_what_is_no_source(content: bytes, reason: str) -> None:
    """What fits no format is refused, with what was seen and what to do."""
    with pytest.raises(SourceError, match=reason):
        format_of(content, "f")
