"""IPv4 along a Hilbert curve: every block one pixel, and neighbours in number neighbours in place.

The curve runs as on the published maps of IPv4 (D. Hilbert, "Über die stetige Abbildung einer
Linie auf ein Flächenstück", 1891; xkcd 195; The Measurement Factory's ipv4-heatmap): 0.0.0.0 at
the top left, 255.255.255.255 at the top right, each /8 a square.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Addresses = npt.NDArray[np.uint32]
Whole = npt.NDArray[np.int64]

SPACE = 1 << 32
"""How many IPv4 addresses there are."""


def positions(steps: Whole, order: int) -> tuple[Whole, Whole]:
    """Column and row, from the top left, of steps along the curve of 2^order pixels a side.

    Arrays of any one shape; each step is from 0 to 4^order - 1.
    """
    rest = np.array(steps, dtype=np.int64)
    x, y = np.zeros_like(rest), np.zeros_like(rest)
    for level in range(order):
        right = rest >> 1 & 1
        down = (rest ^ right) & 1
        side = np.int64(1 << level)
        # The quarters at the two ends of the curve are turned, the last one upside down as well.
        turned, flipped = down == 0, (down == 0) & (right == 1)
        x, y = np.where(flipped, side - 1 - x, x), np.where(flipped, side - 1 - y, y)
        x, y = np.where(turned, y, x), np.where(turned, x, y)
        x, y = x + side * right, y + side * down
        rest >>= 2
    return x, y


def blocks(starts: Addresses, values: Bytes, prefix: int, mixed: int) -> Bytes:
    """The value of each block of a prefix length: shape (2^prefix,).

    `starts` (uint32, shape (n,)) rise from 0, and `values` (uint8, shape (n,)) hold from each start
    to the next one. A block takes the value of more than half of its addresses, or `mixed` when
    none has so many. Raises ValueError when the ranges do not cover the address space in order.
    """
    _check(starts, values)
    size = SPACE >> prefix
    first = np.asarray(starts, dtype=np.int64)
    # A block without a start inside it has one value all over.
    begins = -(-first // size)
    whole = np.repeat(values, np.diff(begins, append=1 << prefix))
    broken = np.unique(first[first % size != 0] // size)
    if broken.size:
        whole[broken] = _majority(first, values, broken, size, mixed)
    return whole


def _majority(first: Whole, values: Bytes, broken: Whole, size: int, mixed: int) -> Bytes:
    """The value of more than half of each broken block, found by the addresses of each value."""
    edges = np.unique(np.concatenate([first, broken * size, (broken + 1) * size]))
    edges = edges[edges < SPACE]
    lengths = np.diff(edges, append=SPACE)
    value = values[np.searchsorted(first, edges, side="right") - 1]
    row = np.searchsorted(broken, edges // size)
    inside = (row < broken.size) & (broken[np.minimum(row, broken.size - 1)] == edges // size)
    kinds = int(values.max()) + 1
    cells = row[inside] * kinds + value[inside]
    counts = np.bincount(cells, weights=lengths[inside], minlength=broken.size * kinds)
    table = counts.reshape(broken.size, kinds)
    largest: Bytes = table.argmax(axis=1).astype(np.uint8)
    clear = table.max(axis=1) * 2 > size
    largest[~clear] = mixed
    return largest


def _check(starts: Addresses, values: Bytes) -> None:
    if starts.shape != values.shape or starts.ndim != 1 or not starts.size:
        raise ValueError("starts and values are two rows of one length, at least 1")
    if starts[0] != 0 or not (starts[1:] > starts[:-1]).all():
        raise ValueError("starts rise from 0.0.0.0")


def grid(values: Bytes) -> Bytes:
    """The blocks as an image of shape (2^order, 2^order), rows from the top.

    `values` has shape (4^order,). Raises ValueError for any other number of them.
    """
    order = (values.size.bit_length() - 1) // 2
    if values.size != 4**order:
        raise ValueError(f"{values.size} blocks do not fill a square of the curve")
    squares = values.reshape(-1, 1, 1)
    for _ in range(order):
        squares = _joined(squares)
    image: Bytes = squares[0]
    return image


def _joined(squares: Bytes) -> Bytes:
    """Every four squares of shape (s, s) as one of (2s, 2s): down, right, up, the ends turned."""
    side = squares.shape[1]
    four = squares.reshape(-1, 4, side, side)
    image = np.empty((len(four), 2 * side, 2 * side), dtype=np.uint8)
    image[:, :side, :side] = four[:, 0].transpose(0, 2, 1)
    image[:, side:, :side] = four[:, 1]
    image[:, side:, side:] = four[:, 2]
    image[:, :side, side:] = four[:, 3, ::-1, ::-1].transpose(0, 2, 1)
    return image
