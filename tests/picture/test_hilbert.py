"""The Hilbert curve and the blocks along it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regiongate.picture.hilbert import SPACE, blocks, grid, positions

MIXED = 9
PUBLISHED = {
    # The first row, the last row and the first column of the published maps, /8 by /8.
    "first row": (0, 1, 14, 15, 16, 19, 20, 21, 234, 235, 236, 239, 240, 241, 254, 255),
    "last row": (85, 86, 89, 90, 101, 102, 105, 106, 149, 150, 153, 154, 165, 166, 169, 170),
    "first column": (0, 3, 4, 5, 58, 59, 60, 63, 64, 65, 78, 79, 80, 83, 84, 85),
}


def test_the_blocks_stand_as_on_published_maps() -> None:
    """Every /8 is where xkcd's map and ipv4-heatmap have it."""
    image = grid(np.arange(256, dtype=np.uint8))
    assert tuple(image[0]) == PUBLISHED["first row"]
    assert tuple(image[-1]) == PUBLISHED["last row"]
    assert tuple(image[:, 0]) == PUBLISHED["first column"]


@pytest.mark.parametrize("order", [4, 6, 7, 8, 10])
def test_finer_blocks_stay_in_their_place(order: int) -> None:
    """Whatever the size of a pixel, a /8 fills the same part of the picture."""
    each = 4**order // 256
    image = grid(np.repeat(np.arange(256, dtype=np.uint8), each))
    coarse = grid(np.arange(256, dtype=np.uint8))
    side = 2 ** (order - 4)
    assert (image == np.repeat(np.repeat(coarse, side, axis=0), side, axis=1)).all()


@given(st.integers(1, 16), st.data())
def test_neighbours_in_number_are_neighbours_in_place(order: int, data: st.DataObject) -> None:
    """One step along the curve is one step on the picture."""
    step = data.draw(st.integers(0, 4**order - 2))
    x, y = positions(np.array([step, step + 1]), order)
    assert abs(int(x[1] - x[0])) + abs(int(y[1] - y[0])) == 1


@pytest.mark.parametrize("order", range(7))
def test_the_picture_follows_the_curve(order: int) -> None:
    """The image, made square by square, agrees with the position of each single step."""
    steps = np.arange(4**order)
    values = (steps * 37 % 251).astype(np.uint8)
    x, y = positions(steps, order)
    assert len(set(zip(x.tolist(), y.tolist(), strict=True))) == steps.size
    assert (grid(values)[y, x] == values).all()


@given(
    st.sets(st.integers(1, SPACE - 1) | st.integers(1, 40).map(lambda n: n << 20), max_size=30),
    st.data(),
)
def test_a_block_has_the_class_of_more_than_half(cuts: set[int], data: st.DataObject) -> None:
    """Each block agrees with an oracle that counts the addresses of each class in it."""
    starts = [0, *sorted(cuts)]
    drawn = data.draw(st.lists(st.integers(0, 3), min_size=len(starts), max_size=len(starts)))
    found = blocks(np.array(starts, np.uint32), np.array(drawn, np.uint8), 8, MIXED)
    assert found.tolist() == [_oracle(starts, drawn, block << 24, 1 << 24) for block in range(256)]


def test_half_and_half_is_mixed() -> None:
    """A block in which no class has more than half is told as mixed; one address more decides."""
    half = 1 << 15
    starts = np.array([0, half, 1 << 16, (1 << 16) + half + 1, 1 << 17], dtype=np.uint32)
    found = blocks(starts, np.array([0, 1, 0, 1, 2], dtype=np.uint8), 16, MIXED)
    assert found[:3].tolist() == [MIXED, 0, 2]


@pytest.mark.parametrize("starts", [[], [1], [0, 5, 5], [0, 9, 3]])
def test_ranges_out_of_order_are_refused(starts: list[int]) -> None:
    """Ranges that do not cover the space in order are an error, not a wrong picture."""
    with pytest.raises(ValueError, match="starts"):
        blocks(np.array(starts, np.uint32), np.zeros(len(starts), np.uint8), 8, MIXED)


def _oracle(starts: list[int], values: list[int], first: int, size: int) -> int:
    counts: dict[int, int] = {}
    for start, end, value in zip(starts, [*starts[1:], SPACE], values, strict=True):
        inside = min(end, first + size) - max(start, first)
        counts[value] = counts.get(value, 0) + max(inside, 0)
    most = max(counts, key=lambda value: counts[value])
    return most if counts[most] * 2 > size else MIXED
