"""Books as JSON lines: everything that can be said, and what is told of what cannot be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from regiongate.domain.profile import FactKind, Profile
from tests.support.books import problems, profiles, written
from tests.support.profiles import ACME, BETA

KEY_TEXT = "sk-live-4f9a8b7c6d5e4f3a2b1c"


def _record(profile: Profile) -> dict[str, Any]:
    return {
        "organization": profile.id,
        "name": profile.name,
        "plan": profile.plan,
        "contacts": [
            {
                "address": one.contact.address,
                "language": one.contact.language,
                "verified": one.verified,
            }
            for one in profile.contacts
        ],
        "keys": [{"sha256": one.digest.hex(), "prefix": one.prefix} for one in profile.keys],
        "facts": [
            {
                "kind": one.kind,
                "country": one.country,
                "since": str(one.since),
                "source": one.source,
                "stated": str(one.stated),
            }
            for one in profile.facts
        ],
        "holdings": [
            {
                "owned": one.owned,
                "owner": one.owner,
                "share": float(one.share),
                "source": one.source,
                "stated": str(one.stated),
            }
            for one in profile.holdings
        ],
        "owners": [
            {"id": one.id, "name": one.name, "country": one.country} for one in profile.owners
        ],
    }


GOOD = _record(ACME)
_FACT, _HOLDING = GOOD["facts"][0], GOOD["holdings"][0]


def _lines(folder: Path, *records: object) -> Path:
    return written(folder, "".join(f"{json.dumps(one)}\n" for one in records), "book.jsonl")


def _without(name: str) -> dict[str, Any]:
    return {key: value for key, value in GOOD.items() if key != name}


def test_everything_is_read(tmp_path: Path) -> None:
    """Contacts, keys, facts, holdings and owners, and a blank line says nothing."""
    path = _lines(tmp_path, GOOD, _record(BETA))
    assert profiles(path) == [ACME, BETA]
    path.write_text(f"\n{path.read_text()}\n")
    assert profiles(path) == [ACME, BETA]


def test_a_share_is_what_is_written(tmp_path: Path) -> None:
    """A tenth is a tenth, not the nearest binary fraction."""
    found = {
        (one.owned, one.owner): one.share for one in profiles(_lines(tmp_path, GOOD))[0].holdings
    }
    assert found == {(one.owned, one.owner): one.share for one in ACME.holdings}


@pytest.mark.parametrize(
    ("record", "value", "code"),
    [
        (1, "1", "bad-type"),
        ([], "[]", "bad-type"),
        (GOOD | {"name": None}, "null", "bad-type"),
        (GOOD | {"name": 7}, "7", "bad-type"),
        (GOOD | {"organization": "a b"}, '"a b"', "bad-id"),
        (GOOD | {"nationality": "CN"}, '"CN"', "unknown-key"),
        (GOOD | {"contacts": {}}, "{}", "bad-type"),
        (GOOD | {"contacts": [3]}, "3", "bad-type"),
        (GOOD | {"contacts": [GOOD["contacts"][0] | {"verified": 1}]}, "1}", "bad-type"),
        (GOOD | {"contacts": [GOOD["contacts"][0] | {"language": "jp"}]}, '"jp"', "bad-language"),
        (GOOD | {"keys": [{"sha256": KEY_TEXT}]}, f'"{KEY_TEXT}"', "bad-key-digest"),
        (GOOD | {"keys": [{"sha256": "0" * 64, KEY_TEXT: True}]}, "true}]", "unknown-key"),
        (GOOD | {"facts": [_FACT | {"kind": "nationality"}]}, '"nationality"', "not-evidence"),
        (GOOD | {"facts": [_FACT | {"kind": "hearsay"}]}, '"hearsay"', "bad-kind"),
        (GOOD | {"facts": [_FACT | {"country": "UK"}]}, '"UK"', "bad-country"),
        (GOOD | {"facts": [_FACT | {"stated": "2024-02-30"}]}, '"2024-02-30"', "bad-date"),
        (GOOD | {"facts": [_FACT | {"stated": None}]}, "null}", "bad-type"),
        (GOOD | {"facts": [_FACT | {"until": "2022-12-31"}]}, '"2022-12-31"', "bad-order"),
        (GOOD | {"facts": [_FACT, _FACT]}, None, "told-twice"),
        (GOOD | {"holdings": [_HOLDING | {"share": 0}], "owners": []}, "0,", "bad-share"),
        (GOOD | {"holdings": [_HOLDING | {"share": 1.01}], "owners": []}, "1.01", "bad-share"),
        (GOOD | {"holdings": [_HOLDING | {"share": 1e-10}], "owners": []}, "1e-10", "bad-share"),
        (GOOD | {"holdings": [_HOLDING | {"share": "0.5"}], "owners": []}, '"0.5"', "bad-type"),
        (GOOD | {"holdings": [_HOLDING | {"owned": "x"}], "owners": []}, '"x"', "not-its-own"),
        (GOOD | {"holdings": [_HOLDING | {"owner": "acme"}], "owners": []}, None, "own-share"),
        (GOOD | {"owners": [{"id": "acme", "name": "A"}], "holdings": []}, None, "own-share"),
        (GOOD | {"owners": [{"id": "h9", "name": "A"}], "holdings": []}, '"h9"', "owns-nothing"),
        (
            GOOD
            | {
                "holdings": [
                    _HOLDING,
                    _HOLDING | {"owner": "h2", "share": 0.5},
                    _HOLDING | {"owned": "h1", "owner": "h2"},
                ]
            },
            "0.5",
            "too-much",
        ),
    ],
)
def test_what_cannot_be_is_told_with_its_place(
    tmp_path: Path, record: object, value: str | None, code: str
) -> None:
    """At the column where the value stands in the line."""
    [problem] = problems(_lines(tmp_path, _record(BETA), record))
    assert (problem.line, problem.code) == (2, code)
    assert KEY_TEXT not in str(problem)
    if value is not None:
        assert json.dumps(record)[problem.column - 1 :].startswith(value)


@pytest.mark.parametrize("name", [*_without("plan")])
def test_nothing_is_left_out(tmp_path: Path, name: str) -> None:
    """What is not said is written as such: a list that is missing may have been forgotten."""
    found = problems(_lines(tmp_path, _without(name)))
    assert ("missing-key", f"`{name}` is missing") in [(one.code, one.message) for one in found]


@pytest.mark.parametrize(
    "line",
    [
        "{",
        '{"organization": "a", "organization": "b"}',
        '{"organization": NaN}',
        '{"organization": ' + "9" * 5000 + "}",
        "[" * 100_000,
        '{"organization": "a"} {}',
        '"\ud800"'.encode("unicode-escape").decode(),
    ],
)
def test_what_is_no_json_is_a_problem(tmp_path: Path, line: str) -> None:
    """Syntax, a key that stands twice, numbers that are none, and lines of brackets."""
    [problem] = problems(written(tmp_path, line + "\n", "book.jsonl"))
    assert (problem.line, problem.code) in {(1, "bad-json"), (1, "bad-type")}
    assert len(str(problem)) < 500


def test_lines_must_not_contradict_each_other(tmp_path: Path) -> None:
    """An organization is told of once, a key has one owner, and an owner is the same everywhere."""
    other = GOOD | {"organization": "other", "holdings": [], "owners": [], "keys": []}
    shared = other | {"keys": [GOOD["keys"][0]]}
    described = other | {
        "holdings": [_HOLDING | {"owned": "other"}],
        "owners": [{"id": "h1", "name": "Holding One", "country": "FR"}],
    }
    for second, code in (
        (GOOD, "told-twice"),
        (shared, "duplicate-key"),
        (described, "contradiction"),
    ):
        found = problems(_lines(tmp_path, GOOD, second))
        assert {(one.line, one.code) for one in found} == {(2, code)}
    assert len(profiles(_lines(tmp_path, GOOD, other))) == 2


def test_several_files_are_one_book(tmp_path: Path) -> None:
    """What the second repeats names the file and line of the first."""
    csv = (
        "organization,name,plan,contact,language,verified,key_sha256,key_prefix\nbeta,Beta,,,,,,\n"
    )
    first = written(tmp_path, csv)
    assert len(profiles(first, _lines(tmp_path, GOOD))) == 2
    [problem] = problems(first, _lines(tmp_path, GOOD, _record(BETA)))
    assert problem.file.endswith("book.jsonl")
    assert f"{first}:2 already" in problem.message


def test_facts_are_of_four_kinds() -> None:
    """Nationality, language and names are not among them, so they cannot be written down."""
    assert {*FactKind} == {"billing", "card", "phone", "registration"}
