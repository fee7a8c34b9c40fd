"""Importing organizations: all of a book or nothing of it, and what the trail says of it."""

from __future__ import annotations

import gc
import json
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest

from regiongate.control.access.people import add_person
from regiongate.control.organizations.bring_in import Imported, import_organizations
from regiongate.domain.audit import Tag
from regiongate.domain.errors import CannotRun, Problem, ProblemsFound
from regiongate.domain.role import Person, Role
from regiongate.store.audit import AuditTrail
from regiongate.store.database import Database
from regiongate.store.organizations import Organizations
from regiongate.store.take_in import TakenIn
from tests.support.books import written
from tests.support.profiles import ACME, NOON, key
from tests.support.stores import database, postgresql, store_url

__all__ = ["database", "postgresql", "store_url"]

HEAD = "organization,name,plan,contact,language,verified,key_sha256,key_prefix\n"
LINE = {
    "organization": "beta",
    "name": "Beta",
    "contacts": [],
    "keys": [],
    "facts": [],
    "holdings": [],
    "owners": [],
}
_HELD = {"owned": "beta", "share": 0.5, "source": "register", "stated": "2024-06-01"}


@pytest.fixture
def known(database: Database) -> Database:
    """A store with people in it, and with Acme."""
    with database.writing() as connection:
        add_person(connection, Person("mei", Role.ADMIN), None, NOON)
        add_person(connection, Person("li", Role.OPERATOR), "mei", NOON)
        Organizations(connection).put([ACME], NOON)
    return database


def _import(
    database: Database, *files: Path, person: str = "li", rehearsed: bool = False
) -> Imported:
    return import_organizations(database, files, person, NOON, lambda *_: None, rehearsed=rehearsed)


def _problems(database: Database, *files: Path) -> list[Problem]:
    with pytest.raises(ProblemsFound) as caught:
        _import(database, *files)
    return caught.value.problems


def _ids(database: Database) -> list[str]:
    with database.reading() as connection:
        return [one.id for one in Organizations(connection).entries()]


def test_an_import_says_what_became_of_it(known: Database, tmp_path: Path) -> None:
    """New, changed and unchanged, in the answer and in the trail, with the digests of the files."""
    path = written(tmp_path, f"{HEAD}acme,Acme,,,,,,\nbeta,Beta,,,,,,\n")
    assert _import(known, path).organizations == TakenIn(new=1, changed=1, unchanged=0)
    assert _import(known, path).organizations == TakenIn(new=0, changed=0, unchanged=2)
    with known.reading() as connection:
        *_, entry = AuditTrail(connection).entries()
        acme = Organizations(connection).get("acme")
    assert entry.tag == Tag.ORGANIZATIONS_IMPORTED
    assert entry.content is not None
    assert entry.content.actor == "li"
    data = path.read_bytes()
    said = {"name": "book.csv", "bytes": len(data), "sha256": sha256(data).hexdigest()}
    counts = {"new": 0, "changed": 0, "unchanged": 2}
    assert json.loads(entry.content.detail) == {**counts, "files": [said]}
    assert acme is not None
    assert (acme.contacts, acme.keys) == ((), ())
    assert (acme.facts, acme.holdings, acme.owners) == (ACME.facts, ACME.holdings, ACME.owners)


def test_a_rehearsal_keeps_nothing(known: Database, tmp_path: Path) -> None:
    """It counts, and neither the store nor the trail knows of it."""
    path = written(tmp_path, f"{HEAD}beta,Beta,,,,,,\n")
    with known.reading() as connection:
        before = AuditTrail(connection).count()
    assert _import(known, path, rehearsed=True).organizations.new == 1
    with known.reading() as connection:
        assert AuditTrail(connection).count() == before
    assert _ids(known) == ["acme"]


def test_one_problem_keeps_everything_out(known: Database, tmp_path: Path) -> None:
    """What is right in the same files is not kept either."""
    good = written(tmp_path, f"{HEAD}beta,Beta,,,,,,\n", "good.csv")
    bad = written(tmp_path, f"{HEAD}gamma,,,,,,,\n", "bad.csv")
    [problem] = _problems(known, good, bad)
    assert problem.file == str(bad)
    assert _ids(known) == ["acme"]
    assert gc.isenabled()


def test_the_store_can_say_otherwise(known: Database, tmp_path: Path) -> None:
    """A key that another one has, and owners that nobody knows or that are organizations."""
    taken = written(tmp_path, f"{HEAD}beta,Beta,,,,,{ACME.keys[0].digest.hex()},\n")
    [problem] = _problems(known, taken)
    assert (problem.line, problem.code) == (2, "duplicate-key")
    assert "acme in the store" in problem.message
    for line, code in (
        (LINE | {"holdings": [_HELD | {"owner": "who"}]}, "unknown-owner"),
        (
            LINE
            | {
                "holdings": [_HELD | {"owner": "acme"}],
                "owners": [{"id": "acme", "name": "Acme"}],
            },
            "owner-is-organization",
        ),
    ):
        path = written(tmp_path, json.dumps(line), "book.jsonl")
        [problem] = _problems(known, path)
        assert (problem.file, problem.line, problem.code) == (str(path), 1, code)
    path = written(
        tmp_path, json.dumps(LINE | {"holdings": [_HELD | {"owner": "acme"}]}), "book.jsonl"
    )
    assert _import(known, path).organizations.new == 1


def test_a_key_moves_between_files_of_one_import(known: Database, tmp_path: Path) -> None:
    """One tells that it is gone, the other who has it now, in whatever order."""
    digest = key("two").digest.hex()
    there = written(tmp_path, f"{HEAD}a-new,New,,,,,{digest},\n", "there.csv")
    gone = written(tmp_path, json.dumps(LINE | {"organization": "acme"}), "gone.jsonl")
    assert _import(known, there, gone).organizations == TakenIn(new=1, changed=1, unchanged=0)
    with known.reading() as connection:
        assert list(Organizations(connection).keys()) == [("a-new", key("two").digest)]
        assert Organizations(connection).owners() == []


def test_whoever_may_not_is_refused_before_anything_is_read(
    known: Database, tmp_path: Path
) -> None:
    """An admin keeps the house and imports nothing."""
    with pytest.raises(CannotRun, match="mei is admin"):
        _import(known, tmp_path / "missing.csv", person="mei")


@pytest.mark.parametrize("name", ["missing.csv", "book.xlsx", "."])
def test_what_cannot_be_read_is_said(known: Database, tmp_path: Path, name: str) -> None:
    """A file that is not there, one of another format, a folder."""
    with pytest.raises(CannotRun, match=r"cannot be read|name it \.csv, \.jsonl, \.ndjson"):
        _import(known, tmp_path / name)


def test_two_imports_at_once_are_one_after_the_other(known: Database, tmp_path: Path) -> None:
    """Of two that tell the same, one finds everything new, and the other finds it unchanged."""
    path = written(tmp_path, HEAD + "".join(f"o-{n},O,,,,,,\n" for n in range(500)))
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda _: _import(known, path).organizations, range(2)))
    assert sorted(one.new for one in found) == [0, 500]
    assert sorted(one.unchanged for one in found) == [0, 500]


def test_progress_is_told(known: Database, tmp_path: Path) -> None:
    """Which share has been read over all files, and that it is written then."""
    heard: list[tuple[str, float | None]] = []
    rows = "".join(f"o-{n},O,,,,,,\n" for n in range(5000))
    files = (written(tmp_path, HEAD + rows), written(tmp_path, HEAD, "empty.csv"))
    import_organizations(known, files, "li", NOON, lambda *told: heard.append(told))
    *read, last = heard
    assert last == ("writing", None)
    assert read
    assert all(what == "reading" and share and share < 1 for what, share in read)


def test_many_organizations_are_taken_in_portions(known: Database, tmp_path: Path) -> None:
    """More than fit into one statement, and all of them once."""
    rows = (
        f"o-{n:05d},O {n},,a@o{n}.example,en,true,{key(str(n)).digest.hex()},\n"
        for n in range(21_000)
    )
    path = written(tmp_path, HEAD + "".join(rows))
    assert _import(known, path).organizations == TakenIn(new=21_000, changed=0, unchanged=0)
    path.write_text(path.read_text().replace(",en,", ",ru,", 5))
    assert _import(known, path).organizations == TakenIn(new=0, changed=5, unchanged=20_995)
    with known.reading() as connection:
        assert Organizations(connection).count() == 21_001
        contacts = Organizations(connection).contacts("o-00004")
    assert [one.contact.language for one in contacts] == ["ru"]
