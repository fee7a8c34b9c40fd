"""Books as CSV: what a row says, and what is told of one that cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from regiongate.books.csv_book import HEADER
from regiongate.domain.profile import Profile
from tests.support.books import problems, profiles, written
from tests.support.profiles import contact, key

HEAD = ",".join(HEADER) + "\n"
DIGEST = key("one").digest.hex()
KEY_TEXT = "sk-live-4f9a8b7c6d5e4f3a2b1c"


def test_rows_that_stand_together_are_one_organization(tmp_path: Path) -> None:
    """Contacts keep their order, keys come by digest, and empty cells say nothing."""
    two = key("two").digest.hex()
    rows = (
        f"acme,Acme,pro,b@acme.example,zh-CN,true,{DIGEST},sk-one\n"
        f"acme,Acme,pro,a@acme.example,en,false,{two},\n"
        "\n"
        '"beta","Beta, ""the"" Ltd",,,,,,\r\n'
    )
    acme, beta = profiles(written(tmp_path, HEAD + rows))
    assert acme.contacts == (
        contact("b@acme.example", "zh-CN"),
        contact("a@acme.example", "en", verified=False),
    )
    assert set(acme.keys) == {key("one", "sk-one"), key("two")}
    assert [one.digest for one in acme.keys] == sorted(one.digest for one in acme.keys)
    assert beta == Profile("beta", 'Beta, "the" Ltd', None)


def test_columns_come_in_any_order(tmp_path: Path) -> None:
    """The header says which is which, behind a byte order mark too."""
    text = "\ufeff" + ",".join(reversed(HEADER)) + f"\nsk-one,{DIGEST},,,,pro,Acme,acme\n"
    [acme] = profiles(written(tmp_path, text))
    assert acme == Profile("acme", "Acme", "pro", keys=(key("one", "sk-one"),))


def test_the_same_again_is_the_same(tmp_path: Path) -> None:
    """A table that joins contacts with keys repeats both; they count once."""
    row = f"acme,Acme,,a@acme.example,en,true,{DIGEST},\n"
    assert profiles(written(tmp_path, HEAD + row * 3)) == profiles(written(tmp_path, HEAD + row))


@pytest.mark.parametrize(
    ("row", "place", "code"),
    [
        ("a b,Acme,,,,,,", (2, 1), "bad-id"),
        ("acme,,,,,,,", (2, 6), "bad-text"),
        ('acme,"a\u202eb",,,,,,', (2, 6), "bad-text"),
        ("acme,Acme, ,,,,,", (2, 11), "bad-text"),
        ("acme,Acme,,who,en,true,,", (2, 12), "bad-address"),
        ("acme,Acme,,a@b.example,cn,true,,", (2, 24), "bad-language"),
        ("acme,Acme,,a@b.example,english,true,,", (2, 24), "bad-language"),
        ("acme,Acme,,a@b.example,en,yes,,", (2, 27), "bad-verified"),
        ("acme,Acme,,a@b.example,en,,,", (2, 27), "empty-cell"),
        ("acme,Acme,,,en,,,", (2, 12), "empty-cell"),
        ("acme,Acme,,,,,,sk-one", (2, 15), "empty-cell"),
        (f"acme,Acme,,,,,{DIGEST.upper()},", (2, 15), "bad-key-digest"),
        (f"acme,Acme,,,,,{DIGEST},{'x' * 17}", (2, 80), "bad-key-prefix"),
        ("acme,Acme,,,,,", (2, 1), "bad-row"),
        ('acme,"Acme,,,,,,', (2, 1), "bad-csv"),
        ("acme,Acme\x00,,,,,,", (2, 6), "bad-text"),
        (f"acme,Acme,,,,,,\nbeta,Beta,,,,,,\nacme,Acme,,,,,{DIGEST},", (4, 1), "told-twice"),
        ("acme,Acme,,,,,,\nacme,Acme,pro,,,,,", (3, 11), "contradiction"),
        ("acme,Acme,,,,,,\nacme,Amce,,,,,,", (3, 6), "contradiction"),
        (
            "acme,Acme,,a@b.example,en,true,,\nacme,Acme,,A@b.example,en,true,,",
            (3, 12),
            "contradiction",
        ),
        (f"acme,A,,,,,{DIGEST},sk\nacme,A,,,,,{DIGEST},", (3, 77), "contradiction"),
        (f"acme,A,,,,,{DIGEST},\nbeta,B,,,,,{DIGEST},", (3, 12), "duplicate-key"),
    ],
)
def test_what_cannot_be_is_told_with_its_place(
    tmp_path: Path, row: str, place: tuple[int, int], code: str
) -> None:
    """Line and column of the cell, or of the row where that is what is wrong."""
    [problem] = problems(written(tmp_path, f"{HEAD}{row}\n"))
    assert ((problem.line, problem.column), problem.code) == (place, code)
    assert str(problem).isprintable()


def test_everything_that_is_wrong_is_told(tmp_path: Path) -> None:
    """Each cell of a row, and rows behind a wrong one."""
    text = f"{HEAD}a b,,,x,xx,maybe,y,\n,Beta,,,,,,\n"
    found = [(one.line, one.code) for one in problems(written(tmp_path, text))]
    first = ["bad-id", "bad-text", "bad-address", "bad-language", "bad-verified", "bad-key-digest"]
    assert found == [*((2, code) for code in first), (3, "bad-id")]


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}acme,Acme,,,,,{KEY_TEXT},\n",
        f"{HEAD}acme,Acme,,,,,{DIGEST},{KEY_TEXT}\n",
        f"{HEAD}acme,Acme,,{KEY_TEXT},en,true,,\n",
        f"acme,Acme,,,,,{KEY_TEXT},\n",
    ],
)
def test_a_key_is_never_shown(tmp_path: Path, text: str) -> None:
    """Neither in the column of digests, nor in the one beside it, nor in place of the header."""
    found = problems(written(tmp_path, text))
    assert found
    assert all(KEY_TEXT not in str(one) for one in found)


@pytest.mark.parametrize(
    "text",
    ["", "organization,name\n", HEAD.replace("plan", "plan,state"), HEAD.replace("plan", "")],
)
def test_a_header_is_all_columns_and_no_others(tmp_path: Path, text: str) -> None:
    """What has another is not read on."""
    assert {one.code for one in problems(written(tmp_path, text))} <= {
        "bad-header",
        "unknown-column",
    }


def test_hostile_bytes_are_problems(tmp_path: Path) -> None:
    """Bytes that are no text, and a line that does not end."""
    path = written(tmp_path, "")
    path.write_bytes(HEAD.encode() + b"acme,\xff,,,,,,\n" + b"x" * 2**20 + b"\n")
    found = problems(path)
    assert [(one.line, one.column, one.code) for one in found] == [
        (2, 6, "bad-encoding"),
        (3, 1, "too-long"),
    ]


def test_reading_stops_at_a_thousand_problems(tmp_path: Path) -> None:
    """And says so."""
    found = problems(written(tmp_path, HEAD + ",,,,,,,\n" * 5000))
    assert len(found) == 1001
    assert found[-1].code == "too-many"
