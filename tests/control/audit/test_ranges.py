"""Many numbers as few ranges."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regiongate.control.audit.ranges import Ranges

NUMBERS = st.sets(st.integers(1, 40))


def _numbers(ranges: Ranges) -> set[int]:
    return {number for first, last in ranges for number in range(first, last + 1)}


@given(NUMBERS)
def test_text_says_the_same(numbers: set[int]) -> None:
    """What is written and read again are the same numbers, in as few ranges as can be."""
    ranges, again = Ranges(sorted(numbers)), Ranges()
    again.add_text(str(ranges))
    assert _numbers(again) == _numbers(ranges) == numbers
    assert len(again) == len(numbers)
    assert all(last + 1 not in numbers for _, last in again)


@given(NUMBERS, NUMBERS)
def test_difference(numbers: set[int], others: set[int]) -> None:
    """What is taken away is gone, whatever the ranges were."""
    left = Ranges(sorted(numbers)).without(Ranges(sorted(others)))
    assert {n for first, last in left for n in range(first, last + 1)} == numbers - others


def test_form() -> None:
    """Single numbers stand alone; neighbours join."""
    assert str(Ranges([7, 1, 8, 9, 3])) == "1,3,7-9"


@pytest.mark.parametrize("text", ["a", "1-b", "-"])
def test_what_is_no_range(text: str) -> None:
    """Anything else is refused."""
    with pytest.raises(ValueError, match="invalid literal"):
        Ranges().add_text(text)
