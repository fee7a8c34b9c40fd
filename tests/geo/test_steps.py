"""Step functions against a slow obvious oracle."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from regiongate.geo import wide
from regiongate.geo.steps import Steps, address_count_v4, constant, from_starts, merge, overlay
from tests.geo.strategies import addresses, probes, starts_of, steps, value_at


@given(steps(), st.lists(addresses, max_size=20))
def test_lookup(function: Steps, extra: list[int]) -> None:
    """A lookup finds what holds at an address, one at a time and many at once."""
    asked = probes(function) + extra
    expected = [value_at(function, address) for address in asked]
    assert [function.lookup(address) for address in asked] == expected
    assert function.lookup_many(*wide.split(asked)).tolist() == expected


@given(st.lists(steps(), min_size=1, max_size=4))
def test_merge(layers: list[Steps]) -> None:
    """The union of the boundaries has one row each, with what every layer holds there."""
    hi, lo, matrix = merge(layers)
    rows = [int(h) << 64 | int(low) for h, low in zip(hi, lo, strict=True)]
    assert rows == sorted({start for layer in layers for start in starts_of(layer)})
    assert matrix.tolist() == [[value_at(layer, row) for layer in layers] for row in rows]


@given(steps(), steps())
def test_overlay(base: Steps, patch: Steps) -> None:
    """The patch wins where it holds a value, and nowhere else."""
    over = overlay(base, patch)
    for address in probes(base, patch):
        above = value_at(patch, address)
        assert over.lookup(address) == (value_at(base, address) if above < 0 else above)


@given(steps())
def test_equal_functions_have_equal_arrays(function: Steps) -> None:
    """Steps are in normal form: adjacent values differ, so equality of arrays is equality."""
    assert function == from_starts(function.hi, function.lo, function.value)
    assert (function.value[1:] != function.value[:-1]).all()
    assert overlay(function, constant()) == function
    assert function != overlay(function, constant(9))


@given(steps())
def test_remap(function: Steps) -> None:
    """A table renames values, can drop them, and leaves none alone."""
    table = np.array([7, -1, 7, 3])
    renamed = function.remap(table)
    for address in probes(function):
        value = value_at(function, address)
        assert renamed.lookup(address) == (-1 if value < 0 else table[value])


@given(steps())
def test_first_rows(function: Steps) -> None:
    """Each value that occurs is named once, in order, with the first row that has it."""
    used, first = function.first_rows()
    held = function.value.tolist()
    assert used.tolist() == sorted(set(held))
    assert first.tolist() == [held.index(value) for value in used.tolist()]


@given(steps())
def test_address_count_v4(function: Steps) -> None:
    """Each step counts its IPv4 addresses; together they are all there are."""
    counts = address_count_v4(function.hi, function.lo)
    ends = [*starts_of(function)[1:], 1 << 128]
    top = 1 << 32
    expected = [
        max(0, min(end, top) - start) for start, end in zip(starts_of(function), ends, strict=True)
    ]
    assert counts.tolist() == expected
    assert counts.sum() == top
