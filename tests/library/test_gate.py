"""The library as a caller meets it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import regiongate
from regiongate import Gate
from regiongate.domain.address import BadAddress
from regiongate.domain.errors import CannotRun
from regiongate.domain.organization import Organization, Standing, State
from regiongate.domain.verdict import Change, Verdict
from regiongate.geo.column.texts import BadColumn
from tests.library.conftest import AT, WORLD
from tests.support.bundles import files, folder_inputs, seal, write

BLOCKED = datetime(2024, 7, 9, 7, tzinfo=UTC)


def test_gate_is_all_that_the_package_offers() -> None:
    """`regiongate.Gate` is there, and another name is not."""
    assert regiongate.__all__ == ["Gate"]
    with pytest.raises(AttributeError, match="no attribute 'Gatte'"):
        regiongate.Gatte  # noqa: B018


def test_dates_come_by_the_clock(world: Path) -> None:
    """Without an instant the clock is asked, and a date takes effect at its instant."""
    now = BLOCKED.timestamp() - 0.001
    gate = Gate.open(world, clock=lambda: now)
    before = gate.decide("1.0.0.1")
    assert (before.verdict, before.next) == ("warn", Change(Verdict.BLOCK, BLOCKED))
    now = BLOCKED.timestamp()
    assert gate.decide("1.0.0.1").verdict == "block"
    assert gate.decide_many(["1.0.0.1"]).table["verdict"].to_pylist() == ["block"]
    now -= 1  # A clock that is set back.
    assert gate.decide("1.0.0.1") == before
    assert gate.decide("1.0.0.1", at=BLOCKED).verdict == "block"


def test_what_an_answer_names(gate: Gate) -> None:
    """Policy, version and generation are in the answer, as in a line of the gateway's log."""
    found = gate.decide("4.0.0.1", at=BLOCKED)
    assert (found.country, found.region, found.rule) == ("UA", "UA-43", "except:UA-43")
    assert (found.policy_name, found.policy_version) == ("world", "7")
    assert found.generation == gate.generation


def test_api_keys(tmp_path: Path) -> None:
    """The owner of a key is found by the key's digest; nobody's key makes an ordinary caller."""
    owner = Organization("org-9", Standing(State.EXEMPT), (sha256(b"sk-9").digest(),))
    inputs = replace(folder_inputs(WORLD), organizations=(owner,))
    gate = Gate.open(write(files(inputs, AT), tmp_path / "bundle"), clock=AT.timestamp)
    assert gate.decide("1.0.0.1", api_key="sk-9") == gate.decide("1.0.0.1", "org-9")
    assert gate.decide("1.0.0.1", api_key="sk-9").rule == "organization:exempt"
    assert "exempt" in gate.reason("1.0.0.1", api_key="sk-9")
    assert gate.decide("1.0.0.1", api_key="sk-nobody") == gate.decide("1.0.0.1")
    with pytest.raises(ValueError, match="give one of them"):
        gate.decide("1.0.0.1", "org-9", api_key="sk-9")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " 1.0.0.1",
        "1.0.0.1\n",
        "1.0.0.1\x00",
        "1.2.3.04",
        "1.2.3",
        "0x1.0.0.1",
        "1.0.0.1:443",
        "[::1]",
        "fe80::1%eth0",
        "1.0.0.0/24",
        "1.0.0.1, 2.0.0.1",
        "00001::",
        "1" * 1_000_000,
        ":" * 1_000_000,
        "\ud800",
        "\u0661.0.0.1",
    ],
    ids=lambda text: repr(text[:20]),
)
def test_what_is_no_address(gate: Gate, text: str) -> None:
    """A text that is not exactly one address is refused, by every method, and says why."""
    for ask in (gate.decide, gate.reason):
        with pytest.raises(BadAddress):
            ask(text)


def test_an_instant_needs_a_time_zone(gate: Gate) -> None:
    """Local time is not guessed."""
    local = datetime(2024, 7, 9)  # noqa: DTZ001
    for ask in (gate.decide, gate.reason):
        with pytest.raises(ValueError, match="no time zone"):
            ask("1.0.0.1", at=local)
    with pytest.raises(ValueError, match="no time zone"):
        gate.decide_many(["1.0.0.1"], at=local)


def test_a_column_with_bad_rows(gate: Gate) -> None:
    """What is no address and what is missing has no verdict, and is counted."""
    found = gate.decide_many(["1.0.0.1", "bad", None, "2.0.0.1", "99.0.0.1"])
    assert found.table["verdict"].to_pylist() == ["warn", None, None, "allow", "warn"]
    assert found.table["class"].to_pylist()[4] == "unknown"
    assert found.table["country"].to_pylist() == ["CN", None, None, "FR", None]
    assert (len(found), found.rejected, found.missing) == (5, 1, 1)
    assert (found.policy_name, found.generation) == ("world", gate.generation)


@pytest.mark.parametrize("threads", [None, 1, 3])
def test_a_column_of_many_pieces(gate: Gate, threads: int | None) -> None:
    """However a column is cut and however many threads work, each row keeps its place."""
    texts = [f"{n % 12}.0.{n // 7 % 256}.{n % 251}" for n in range(50_000)]
    found = gate.decide_many(texts, threads=threads).table
    for row in range(0, len(texts), 997):
        assert found["rule"][row].as_py() == gate.decide(texts[row]).rule


def test_columns_of_every_kind(gate: Gate) -> None:
    """Arrow, NumPy and Python columns, dictionaries and chunks get the same answers."""
    texts = ["1.0.0.1", "bad", "2a01:7::5", "1.0.0.1"]
    expected = gate.decide_many(texts).table
    array = pa.array(texts)
    columns = [
        array,
        array.dictionary_encode(),
        pa.chunked_array([array[:1], array[1:]]),
        pa.chunked_array([array[:1].dictionary_encode(), array[1:].dictionary_encode()]),
        np.array(texts),
        np.array(texts, dtype=object),
        np.array(texts, dtype="S"),
    ]
    for values in columns:
        assert gate.decide_many(values).table.equals(expected)


def test_organizations_of_every_kind(gate: Gate) -> None:
    """A column of organizations may have nulls, strangers, bytes, and be a dictionary."""
    names = ["org-newsroom", None, "nobody", "org-suspended"]
    at = datetime(2024, 8, 10, tzinfo=UTC)
    for column in (names, pa.array(names).dictionary_encode(), pa.array(names).cast(pa.binary())):
        found = gate.decide_many(["1.0.0.1"] * 4, column, at)
        verdicts = found.table["verdict"].to_pylist()
        assert verdicts == ["allow", "block", "block", "suspended"]
    strange = pa.array([b"org-newsroom\xff", b"\xff"], pa.binary())
    assert gate.decide_many(["1.0.0.1"] * 2, strange, at).table["verdict"][0].as_py() == "block"


def test_columns_that_do_not_fit(gate: Gate) -> None:
    """Columns of different length are refused, and so is one that holds no texts."""
    with pytest.raises(BadColumn, match="2 addresses and 1 organizations"):
        gate.decide_many(["1.0.0.1", "2.0.0.1"], ["org-newsroom"])
    with pytest.raises(BadColumn, match="a column of texts is wanted"):
        gate.decide_many([1, 2])
    with pytest.raises(BadColumn, match="not one str"):
        gate.decide_many("1.0.0.1")


def test_an_empty_column(gate: Gate) -> None:
    """No addresses, no decisions."""
    found = gate.decide_many([], [])
    assert (len(found), found.rejected, found.missing) == (0, 0, 0)


def test_threads_may_share_a_gate(world: Path) -> None:
    """Threads that ask a fresh gate at once get what one of them gets alone."""
    gate = Gate.open(world, clock=AT.timestamp)
    asked = [(f"{n % 9}.0.{n % 4}.1", "org-newsroom" if n % 3 else None) for n in range(2000)]
    with ThreadPoolExecutor(4) as pool:
        found = list(
            pool.map(lambda question: gate.decide(question[0], question[1], BLOCKED), asked)
        )
    assert found == [gate.decide(question[0], question[1], BLOCKED) for question in asked]


def test_no_bundle(tmp_path: Path) -> None:
    """A folder that is no bundle is named, with what to do."""
    with pytest.raises(CannotRun, match="is not a bundle"):
        Gate.open(tmp_path)


def _cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _flip(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


@pytest.mark.parametrize("harm", [_cut, _flip, lambda data: b""], ids=["cut", "flipped", "empty"])
@pytest.mark.parametrize("name", ["decisions.json", "verdict.mmdb", "organizations.csv"])
def test_a_damaged_file(
    world: Path, tmp_path: Path, name: str, harm: Callable[[bytes], bytes]
) -> None:
    """A file that is not what was written opens no gate."""
    content = {str(p.relative_to(world)): p.read_bytes() for p in world.rglob("*") if p.is_file()}
    with pytest.raises(CannotRun, match=name):
        Gate.open(write(content | {name: harm(content[name])}, tmp_path / "bundle"))


@pytest.mark.parametrize(
    "said",
    [
        b"[]",
        b"{}",
        b"nonsense",
        b"[" * 100_000,
        b'{"generation": "1-00000000", "standings": {}, "open_paths": {}}',
        b'{"generation":"1-00000000","standings":{"ordinary":{"x":[]}},"open_paths":{},'
        b'"ordinary":"ordinary","unknown":"x"}',
    ],
    ids=["list", "empty", "no-json", "deep", "no-names", "no-rows"],
)
def test_a_forged_table(world: Path, tmp_path: Path, said: bytes) -> None:
    """A decision table that does not say everything opens no gate, even where digests fit."""
    content = {str(p.relative_to(world)): p.read_bytes() for p in world.rglob("*") if p.is_file()}
    folder = write(content | {"decisions.json": said}, tmp_path / "bundle")
    seal(folder)
    with pytest.raises(CannotRun, match=r"decisions\.json"):
        Gate.open(folder)


@pytest.mark.parametrize("text", ["1.0.0.1", "2001:db8::1"])
def test_an_address_may_be_an_object(gate: Gate, text: str) -> None:
    """One that the caller has parsed already is the same address."""
    assert gate.decide(ip_address(text), at=AT) == gate.decide(text, at=AT)
    assert gate.reason(ip_address(text), at=AT) == gate.reason(text, at=AT)


@pytest.mark.parametrize("address", [None, b"1.2.3.4", 16909060])
def test_what_is_neither_text_nor_an_address(gate: Gate, address: Any) -> None:
    """It is said what is wanted, not where the program stumbled."""
    for ask in (gate.decide, gate.reason):
        with pytest.raises(TypeError, match="an address is text, or an object of ipaddress, not"):
            ask(address, at=AT)


def test_arguments_of_another_kind(gate: Gate) -> None:
    """An instant in words and no thread at all are refused by name."""
    said: Any = "2024-07-01"
    with pytest.raises(TypeError, match="`at` is a datetime with a time zone, not str"):
        gate.decide("1.2.3.4", at=said)
    with pytest.raises(ValueError, match="0 threads"):
        gate.decide_many(["1.2.3.4"], at=AT, threads=0)
