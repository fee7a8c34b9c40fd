"""Files as they are shipped, and those that somebody has made to do harm."""

import gzip
import io
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from regiongate.geo.formats.archive import content_of
from regiongate.geo.source import SourceError

DATA = b"1.0.0.0,1.0.0.255,FR\n"


def a_tar(members: dict[str, bytes]) -> bytes:
    """A tar in gzip."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as opened:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            opened.addfile(info, io.BytesIO(content))
    return out.getvalue()


def a_zip(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as opened:
        for name, content in members.items():
            opened.writestr(name, content)
    return out.getvalue()


def unpacked(tmp_path: Path, content: bytes, limit: int = 1 << 20) -> bytes:
    """The content of a file with these bytes, whatever its name says."""
    path = tmp_path / "source.bin"
    path.write_bytes(content)
    return content_of(path, limit)


@pytest.mark.parametrize(
    "content",
    [
        DATA,
        gzip.compress(DATA, mtime=0),
        gzip.compress(DATA[:9], mtime=0) + gzip.compress(DATA[9:], mtime=0),
        a_tar({"GeoLite2_20260601/LICENSE.txt": b"l", "GeoLite2_20260601/x.mmdb": DATA}),
        a_zip({"LICENSE_LITE.TXT": b"l", "README_LITE.TXT": b"r", "DB1.CSV": DATA}),
        a_zip({"list.txt": DATA}, zipfile.ZIP_STORED),
    ],
    ids=("plain", "gzip", "two-gzips", "tar", "zip", "stored-zip"),
)
def test_the_one_file_of_data(tmp_path: Path, content: bytes) -> None:
    """Plain, in gzip, in a tar or a zip: the one file of data is found by what it is."""
    assert unpacked(tmp_path, content) == DATA


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (a_zip({}), "damaged zip|holds nothing"),
        (a_zip({"a.csv": DATA, "b.csv": DATA}), "holds 'a.csv', 'b.csv', and not one"),
        (a_zip({"LICENSE.txt": b"l"}), "not one file of data"),
        (a_tar({"a.mmdb": DATA, "b.mmdb": DATA}), "not one file of data"),
        (a_zip({f"{i}.csv": b"" for i in range(1001)}), "a zip of 1001 files"),
        (a_zip({"a.csv": DATA})[:-30], "damaged zip"),
        (gzip.compress(DATA, mtime=0) + b"more", "damaged gzip"),
        (gzip.compress(a_tar({"a.csv": DATA})[:0] + b"x" * 257 + b"ustar" + b"x" * 300), "tar"),
    ],
    # Archives hold the time at which they were made.
    ids=lambda value: "archive" if isinstance(value, bytes) else None,
)
def test_archives_that_are_none(tmp_path: Path, content: bytes, reason: str) -> None:
    """An archive that is damaged, or leaves open which file is meant, is refused."""
    if not content.startswith((b"PK\x03\x04", b"\x1f\x8b")):
        assert unpacked(tmp_path, content) == content  # An empty zip looks like no zip at all.
        return
    with pytest.raises(SourceError, match=reason):
        unpacked(tmp_path, content)


def test_a_damaged_member_of_a_zip(tmp_path: Path) -> None:
    """A member whose sum is wrong is refused."""
    content = a_zip({"a.csv": DATA}, zipfile.ZIP_STORED)
    with pytest.raises(SourceError, match="damaged zip: Bad CRC"):
        unpacked(tmp_path, content.replace(DATA, DATA[::-1]))


@pytest.mark.parametrize("kind", ["gzip", "zip", "tar", "plain"])
def test_a_bomb(tmp_path: Path, kind: str) -> None:
    """What grows past the limit is refused, and takes no more memory than that."""
    make: dict[str, Callable[[bytes], bytes]] = {
        "gzip": lambda zeros: gzip.compress(zeros, 1),
        "zip": lambda zeros: a_zip({"a.csv": zeros}),
        "tar": lambda zeros: a_tar({"a.csv": zeros}),
        "plain": lambda zeros: zeros,
    }
    path = tmp_path / "bomb"
    path.write_bytes(make[kind](bytes(64 << 20)))
    tracemalloc.start()
    try:
        with pytest.raises(SourceError, match="more than 1048576 bytes"):
            content_of(path, 1 << 20)
        assert tracemalloc.get_traced_memory()[1] < 24 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_a_tar_with_something_else_of_the_name(tmp_path: Path, kind: bytes) -> None:
    """A link or a device is no file of data, whatever it is called or leads to."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as opened:
        info = tarfile.TarInfo("../../x.mmdb")
        info.type, info.linkname = kind, "/etc/passwd"
        opened.addfile(info)
    with pytest.raises(SourceError, match="holds nothing"):
        unpacked(tmp_path, out.getvalue())


def test_a_name_that_leads_elsewhere(tmp_path: Path) -> None:
    """Nothing is written, so a name with .. in it is a name like any other."""
    inner = tmp_path / "inner"
    inner.mkdir()
    assert unpacked(inner, a_zip({"../evil.csv": DATA})) == DATA
    assert unpacked(inner, a_tar({"/evil.mmdb": DATA})) == DATA
    assert [path.name for path in tmp_path.rglob("*")] == ["inner", "source.bin"]


def test_a_zip_behind_a_password(tmp_path: Path) -> None:
    """A member that is encrypted is refused."""
    content = bytearray(a_zip({"a.csv": DATA}))
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(magic) + offset] |= 1
    with pytest.raises(SourceError, match="encrypted"):
        unpacked(tmp_path, bytes(content))
