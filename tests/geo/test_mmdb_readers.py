"""What we write is read back equal by every reader of MaxMind DB files that is at hand."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from ipaddress import ip_address
from pathlib import Path

import maxminddb
import maxminddb_rust
import pytest

from regiongate.geo.mmdb import read
from regiongate.geo.mmdb.records import RECORD_SIZES
from tests.geo.atlas import FOUND, RECORDS, atlas


@pytest.fixture(params=RECORD_SIZES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The small world in a file, in each record size."""
    path = tmp_path / "atlas.mmdb"
    path.write_bytes(atlas(request.param))
    return path


def expected(address: str) -> object:
    """The record of an address, None where there is none."""
    record = FOUND[address]
    return None if record is None else RECORDS[record]


def test_our_own_reader(database: Path) -> None:
    """Our reader gives every record back, aliases followed."""
    table = read(database)
    for address in FOUND:
        assert table.record_at(int(ip_address(address))) == expected(address)


@pytest.mark.parametrize(
    "mode", [maxminddb.MODE_MMAP_EXT, maxminddb.MODE_MMAP, maxminddb.MODE_MEMORY]
)
def test_official_reader(database: Path, mode: int) -> None:
    """The official reader agrees, as C extension and as pure Python."""
    with maxminddb.open_database(database, mode) as reader:
        assert reader.metadata().database_type == "test-City"
        for address in FOUND:
            assert reader.get(address) == expected(address)
        networks = {str(network): record for network, record in reader}
    assert networks["203.0.113.7/32"] == RECORDS[2]
    assert networks["2a02::1/128"] == RECORDS[2]


def test_rust_reader(database: Path) -> None:
    """maxminddb-rust agrees."""
    with maxminddb_rust.open_database(str(database)) as reader:
        for address in FOUND:
            assert reader.get(address) == expected(address)
        assert reader.get_path("1.0.0.1", ("subdivisions", 1, "iso_code")) == "75"


@pytest.mark.skipif(
    shutil.which("mmdblookup") is None, reason="there is no mmdblookup: apt-get install mmdb-bin"
)
def test_mmdblookup(database: Path) -> None:
    """libmaxminddb's own tool agrees."""
    for address in FOUND:
        command = ["mmdblookup", "--file", str(database), "--ip", address]
        run = subprocess.run(command, check=False, capture_output=True, text=True)
        assert mmdblookup_value(run.stdout) == as_mmdblookup(expected(address)), address
        assert (run.returncode == 0) == (FOUND[address] is not None), run.stderr


def mmdblookup_value(printed: str) -> object:
    """What the tool prints, which is JSON with a type behind each value and without commas."""
    text = re.sub(r" <(\w+)>$", r"", printed, flags=re.MULTILINE)
    text = re.sub(r"^(\s*)(0x[0-9A-F]+|[0-9A-F]*[A-F][0-9A-F]*)$", r'\1"\2"', text, flags=re.M)
    text = re.sub(r'(["\d}\]]|true|false)(\s*\n\s*)(?=["\d{\[tf-])', r"\1,\2", text)
    return json.loads(text) if text.strip() else None


def as_mmdblookup(value: object) -> object:
    """A value as the tool prints it: six digits of fractions, bytes and long numbers in hex."""
    if isinstance(value, dict):
        return {key: as_mmdblookup(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_mmdblookup(item) for item in value]
    if isinstance(value, bytes):
        return value.hex().upper()
    if isinstance(value, int) and value >> 64 > 0:
        return f"0x{value:032X}"
    return value
