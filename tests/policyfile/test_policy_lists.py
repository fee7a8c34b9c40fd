"""The shipped list, and lists beside a policy."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from regiongate.policyfile import check, iso, lists, load

WritePolicy = Callable[..., Path]
NOW = datetime(2024, 7, 10, tzinfo=UTC)


def test_the_shipped_list_is_the_published_one() -> None:
    """188 rows are on the published list; added territories are not; the date is the version."""
    base = lists.shipped("openai-2024-08")
    assert len(base.regions) == 188
    assert base.version == "2024-08"
    assert base.regions.isdisjoint(["BY", "CN", "CU", "HK", "IR", "KP", "MO", "RU", "SY", "VE"])
    assert base.regions.isdisjoint(["AQ", "EH", "XK"])
    assert base.regions.isdisjoint(("MP", "AI", "PR", "GG"))


def test_every_shipped_list_holds_known_codes_only() -> None:
    """Each row of each list names a region that ISO knows."""
    for name in lists.shipped_names():
        text = (files("regiongate.policyfile") / "lists" / f"{name}.csv").read_text()
        for row in csv.DictReader(text.splitlines()):
            assert iso.mistake(row["region"]) is None


def test_a_list_beside_the_policy_has_its_digest_for_a_version(write_policy: WritePolicy) -> None:
    """A list of one column is enough; its version follows its bytes, its name is its file's."""
    path = write_policy(("list: openai-2024-08", "file: lists/mine.csv"))
    (path.parent / "lists").mkdir()
    content = b"region\nFR\nUA-43\n"
    (path.parent / "lists" / "mine.csv").write_bytes(content)
    supported = load(path).supported
    assert supported.name == "lists/mine.csv"
    assert supported.version == hashlib.sha256(content).hexdigest()[:12]
    assert supported.regions == {"FR", "UA-43"}
    assert supported.supports("GP", NOW)[0]
    assert not supported.supports("DE", NOW)[0]


def test_a_list_that_is_no_csv_is_a_problem(write_policy: WritePolicy) -> None:
    """Broken quotes, wrong bytes and null characters are problems of the list, with its lines."""
    path = write_policy(("list: openai-2024-08", "file: mine.csv"))
    for content, code in (
        (b'region\nFR\n"D', "bad-list"),
        (b"region\n\xff\n", "not-utf-8"),
        (b"region\nF\0R\n", "unknown-region"),
        (b"", "bad-list"),
    ):
        (path.parent / "mine.csv").write_bytes(content)
        problems = check(path, NOW)
        assert [problem.code for problem in problems] == [code]
        assert problems[0].file == str(path.parent / "mine.csv")
