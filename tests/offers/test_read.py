"""Offers files: what is right is read whole, and of what is wrong everything is told at once.

`bad/` is the specification of the latter; `REGIONGATE_REWRITE=1 pytest tests/offers` writes the
answers anew.
"""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regiongate import offers
from regiongate.domain.errors import CannotRun, ProblemsFound
from regiongate.domain.offer import Grant, Incentive, Kind, Price, TokenKind
from regiongate.offers import new

BAD = Path(__file__).parent / "bad"


def _told(path: Path) -> str:
    problems = offers.check(path)
    return "".join(
        f"[{p.code}] {path.name}:{p.line}:{p.column}: {p.message}: {p.remedy}\n" for p in problems
    )


@pytest.mark.parametrize("path", sorted(BAD.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_mistake_is_told_with_its_place(path: Path) -> None:
    """The answer to a wrong file is the text beside it, and the file is not loaded."""
    answer = path.with_suffix(".txt")
    if os.environ.get("REGIONGATE_REWRITE"):
        answer.write_text(_told(path), encoding="utf-8")
    assert _told(path) == answer.read_text(encoding="utf-8")
    with pytest.raises(ProblemsFound):
        offers.load(path)


def test_no_answer_is_left_over() -> None:
    """Each text is the answer to a file."""
    assert {path.stem for path in BAD.glob("*.txt")} == {path.stem for path in BAD.glob("*.yaml")}


def test_the_template_is_right_as_it_stands(tmp_path: Path) -> None:
    """What `offer new` writes has no problem, and every value of it is read."""
    path = tmp_path / "offers.yaml"
    new.write(path, date(2026, 6, 1))
    [found] = offers.load(path).each
    assert found.opens == datetime(2026, 6, 1, tzinfo=UTC)
    assert found.closes is None
    assert found.stands(datetime(2030, 1, 1, tzinfo=UTC))
    assert found.incentive == Incentive(
        grants=(Grant(10_000_000, "example-large"),),
        off=Fraction(1, 5),
        lasts=timedelta(days=90),
        besides="Training.",
    )
    assert found.prices is not None
    assert found.prices.currency == "EUR"
    assert Price("example-small", TokenKind.INPUT, Decimal("0.15")) in found.prices.each
    assert found.counterpart("sample-small") == "example-small"
    assert found.counterpart("other") is None


def test_a_template_overwrites_nothing(tmp_path: Path) -> None:
    """A file that is there is left as it is."""
    path = tmp_path / "offers.yaml"
    path.write_text("mine")
    with pytest.raises(CannotRun, match="exists already"):
        new.write(path, date(2026, 6, 1))
    assert path.read_text() == "mine"


def test_a_file_that_is_not_there_cannot_be_read(tmp_path: Path) -> None:
    """It is no problem in a file, so it is told as what it is."""
    with pytest.raises(CannotRun, match="cannot be read"):
        offers.load(tmp_path / "none.yaml")


def test_what_ships_is_history_and_says_no_more_than_its_source() -> None:
    """None of it stands at any time, and what the press did not say is absent."""
    found = offers.shipped().each
    assert len(found) == 7
    for one in found:
        assert one.kind is Kind.HISTORY
        assert not one.stands(datetime(2024, 6, 26, tzinfo=UTC))
        assert (one.regions, one.prices, one.endpoints, one.features) == (None, None, (), None)
        assert (one.opens, one.closes, one.models, one.dated) == (None, None, (), "2024-06")
        assert one.incentive is not None
        assert not one.incentive.ends_said


@pytest.fixture(scope="module")
def one_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that every example of a property writes anew."""
    return tmp_path_factory.mktemp("offers") / "offers.yaml"


@given(st.binary(max_size=400))
def test_no_bytes_crash_the_reader(one_file: Path, data: bytes) -> None:
    """Whatever stands in a file, what is wrong with it is told."""
    one_file.write_bytes(data)
    assert offers.check(one_file)
