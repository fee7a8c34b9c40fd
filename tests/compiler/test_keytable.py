"""The table of keys as bytes: what is packed comes back, and what is damaged does not."""

from __future__ import annotations

import time

import pytest

from regiongate.compiler.envoy.keytable import KeyBook, KeyTableError, pack, unpack
from tests.envoy.scripted import digest, drawn, many_rows


@pytest.fixture(scope="module")
def rows() -> list[tuple[bytes, str]]:
    """100 000 keys of 60 000 organizations."""
    return many_rows()


def test_a_table_does_not_depend_on_the_order_of_its_rows(rows: list[tuple[bytes, str]]) -> None:
    """The same rows in any order, repeated or not, give the same bytes, and unpack to the rows."""
    some = rows[:5000]
    shuffled = [*some, *some[:100]]
    drawn(3).shuffle(shuffled)
    assert pack(shuffled) == pack(some)
    assert list(unpack(pack(some))) == [(key, owner, None) for key, owner in sorted(some)]
    assert list(unpack(pack([]))) == []


def test_a_table_holds_standings_of_keys_with_and_without_an_owner() -> None:
    """What was packed comes back; a standing that is gone leaves no trace."""
    owners = [(digest("a"), "org-a"), (digest("b"), "org-a"), (digest("c"), "c")]
    said = {digest("b"): "exempt until 2027-01-01T00:00:00Z", digest("x"): "exempt"}
    book = KeyBook.of(owners)
    found = {key: (owner, standing) for key, owner, standing in unpack(book.pack(said))}
    assert found == {
        digest("a"): ("org-a", None),
        digest("b"): ("org-a", "exempt until 2027-01-01T00:00:00Z"),
        digest("c"): ("c", None),
        digest("x"): (None, "exempt"),
    }
    assert book.pack({}) == pack(owners)


def test_packing_a_hundred_thousand_keys_is_quick_and_small(
    rows: list[tuple[bytes, str]],
) -> None:
    """100 000 keys pack within seconds into less than 6 MB."""
    begin = time.perf_counter()
    data = pack(rows)
    assert time.perf_counter() - begin < 5
    assert len(data) < 6_000_000


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([(b"a" * 31, "org")], r"row 1: a digest is 32 bytes, this one is 31"),
        ([(b"a" * 32, "o"), (b"b" * 64, "o")], r"row 2: a digest is 32 bytes, this one is 64"),
        ([(b"a" * 32, "one"), (b"a" * 32, "two")], r"6161616161616161 belongs to 'one' and to 't"),
        ([(b"a" * 32, "")], r"organization id ''"),
        ([(b"a" * 32, "o" * 257)], r"1 to 256 printable"),
        ([(b"a" * 32, "one two")], r"organization id 'one two'"),
        ([(b"a" * 32, "one,two")], r"organization id 'one,two'"),
        ([(b"a" * 32, "o\r\nx: y")], r"organization id 'o\\r\\nx: y'"),
        ([(b"a" * 32, "örg")], r"organization id 'örg'"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_rows_that_cannot_become_a_table_are_named(
    rows: list[tuple[bytes, str]], problem: str
) -> None:
    """Bad sizes, two owners of one key and unsafe ids are errors that show the row."""
    with pytest.raises(KeyTableError, match=problem):
        pack(rows)


def test_every_changed_byte_of_a_table_is_noticed() -> None:
    """A table with any byte changed, or any part missing, does not unpack."""
    owners = [(digest("a"), "org-a"), (digest("b"), "org-a"), (digest("c"), "c")]
    good = pack(owners, {digest("b"): "exempt", digest("x"): "suspended"})
    for at in range(len(good)):
        with pytest.raises(KeyTableError):
            unpack(good[:at] + bytes([good[at] ^ 0x40]) + good[at + 1 :])
        with pytest.raises(KeyTableError):
            unpack(good[:at])
