"""What strangers send: told by its content, cleaned, limited, and all problems at once."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regiongate.control.appeal.evidence import Upload, looked_at
from regiongate.control.appeal.kind import Unfit, kind_of
from regiongate.control.appeal.located import located
from regiongate.control.appeal.statement import statement
from regiongate.domain.appeal import MAX_FILE_BYTES, MAX_TEXT, FileKind
from regiongate.domain.errors import CannotRun, ProblemsFound
from tests.support.appeals import FEED, PDF, PNG

JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF" + b"\0" * 20 + b"\xff\xd9"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, FileKind.PDF),
        (PNG, FileKind.PNG),
        (JPEG, FileKind.JPEG),
        (FEED, FileKind.GEOFEED),
        (b"20.0.1.0/24,Germany,,,\n", FileKind.GEOFEED),
        ("\ufeffRechnung für Café\r\n\tSumme 7,50".encode(), FileKind.TEXT),
        (b"<script>alert(1)</script>", FileKind.TEXT),
        (b"Our networks are these:\n20.0.1.0/24\nand some more.\n", FileKind.TEXT),
    ],
)
def test_kinds(content: bytes, kind: FileKind) -> None:
    """A file is what its bytes say."""
    assert kind_of(content) is kind


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b" \n\t\n", "blank"),
        (PDF[:-7], "begins as PDF.*cut short"),
        (PNG[:-1], "begins as PNG.*cut short"),
        (PNG + b"<?php", "begins as PNG.*cut short"),
        (JPEG[:-2], "begins as JPEG.*cut short"),
        (b"MZ\x90\0\x03", "no geofeed, PDF, PNG, JPEG or text"),
        (b"PK\x03\x04\x14\0", "control characters"),
        (b"GIF89a\x01\0", "control characters"),
        (b"text \x1b[2J", "control characters"),
        (FEED + b"\xff", "no geofeed"),
    ],
)
def test_what_is_not_taken(content: bytes, why: str) -> None:
    """Whatever else it may be, it is refused with the reason."""
    with pytest.raises(Unfit, match=why):
        kind_of(content)


@given(st.binary(max_size=300))
def test_any_bytes_are_one_or_none(content: bytes) -> None:
    """No bytes make it fail in another way."""
    with suppress(Unfit):
        kind_of(content)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("invoice.pdf", "invoice.pdf"),
        ("invoice.exe", "invoice.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\me\\Rechnung März.PDF", "Rechnung März.pdf"),
        ("a\u202egnp.pdf", "a_gnp.pdf"),
        ("x\0\n;rm -rf $HOME.pdf", "x___rm -rf _HOME.pdf"),
        (".htaccess", "htaccess.pdf"),
        (".", "file 1.pdf"),
        ("", "file 1.pdf"),
        ("n" * 300 + ".pdf", "n" * 80 + ".pdf"),
    ],
)
def test_names_are_cleaned(name: str, kept: str) -> None:
    """Folders, control characters and what a shell reads go; the ending is that of the content."""
    [one] = looked_at([Upload(name, PDF)])
    assert one.name == kept


def test_everything_wrong_is_told_at_once() -> None:
    """Too many, too large, of no kind, and each wrong row of a geofeed, in one answer."""
    feed = b"20.0.1.0/24,Germany,,,\n10.0.0.0/8,FR,,,\n20.0.2.0/24,FR,,,\n20.0.2.0/24,IT,,,\n"
    uploads = [
        Upload("a.csv", feed),
        Upload("b.zip", b"PK\x03\x04\0"),
        *[Upload("c.txt", b"x" * (MAX_FILE_BYTES + 1)) for _ in range(4)],
    ]
    with pytest.raises(ProblemsFound) as caught:
        statement(" ", uploads, "nonsense")
    assert [(one.file, one.line, one.code) for one in caught.value.problems] == [
        ("a.csv", 1, "geofeed-country"),
        ("a.csv", 2, "geofeed-network"),
        ("a.csv", 4, "geofeed-region"),
        ("b.zip", 1, "file-unfit"),
        *[("c.txt", 1, "file-too-large")] * 4,
        ("files", 1, "files-too-large"),
        ("files", 1, "too-many-files"),
        ("mail", 1, "bad-mail"),
        ("text", 1, "no-text"),
    ]


def test_a_feed_with_a_silent_row_can_be_sent() -> None:
    """RFC 8805 lets a row name no country; such a feed is evidence, and no list of corrections."""
    feed = FEED + b"20.0.2.0/24,,,,\n"
    assert looked_at([Upload("a.csv", feed)])[0].kind is FileKind.GEOFEED
    with pytest.raises(ProblemsFound, match=r"a.csv:3:1: 20.0.2.0/24 has no country"):
        located(feed, "a.csv")
    [one] = located(FEED, "a.csv")
    assert (str(one.network), one.region) == ("20.0.1.0/24", "FR-IDF")


def test_texts() -> None:
    """Line ends become one, and a text that is too long or has control characters is refused."""
    assert statement("\r\na\r\nb\rc\n\n").text == "a\nb\nc"
    assert len(statement("ж" * MAX_TEXT).text) == MAX_TEXT
    with pytest.raises(ProblemsFound, match="more than 10000 characters, which are the most"):
        statement("x" * (MAX_TEXT + 1))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("\n\na\r\nbc\x1b", "letter.txt:4:3: "),
        ("\n" + "x" * (MAX_TEXT - 3) + "\nabcd", "letter.txt:3:3: "),
        ("\x00", "letter.txt:1:1: "),
        (" \n", "letter.txt:1:1: "),
    ],
)
def test_the_place_is_that_in_the_file(text: str, place: str) -> None:
    """A problem names the file of the text, and its line and column there, empty lines too."""
    with pytest.raises(ProblemsFound, match=f"^{place}"):
        statement(text, source="letter.txt")


def test_a_file_that_is_too_large_is_not_measured() -> None:
    """Only as much of it is read as may be, so the message says no size of it."""
    with pytest.raises(ProblemsFound, match="It has more than 5242880 bytes, which are the most"):
        looked_at([Upload("a.txt", b"x" * (MAX_FILE_BYTES + 1))])


def test_of_an_address_the_network_is_kept() -> None:
    """An address that carries IPv4 is that one; nonsense is refused."""
    assert str(statement("x", address="::ffff:20.0.1.7").network) == "20.0.1.0/24"
    assert str(statement("x", address="2a01:e00:1:2::3").network) == "2a01:e00:1::/48"
    with pytest.raises(CannotRun, match="is not an address"):
        statement("x", address="nowhere")
