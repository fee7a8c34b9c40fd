"""A column cut into pieces that fit a processor's caches, worked off by several threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

from regiongate.geo.column.texts import Texts

PIECE = 32_768
"""Rows: enough that NumPy's calls cost nothing, and few enough that their arrays stay in caches."""


def cut(texts: Texts) -> Iterator[tuple[Texts, slice]]:
    """The pieces of a column, and which of its rows each one is."""
    for rows in slices(len(texts)):
        offsets = texts.offsets[rows.start : rows.stop + 1]
        yield Texts(texts.data, offsets, texts.missing[rows]), rows


def slices(rows: int) -> Iterator[slice]:
    """The rows of each piece of a column with so many of them."""
    for begin in range(0, rows, PIECE):
        yield slice(begin, min(begin + PIECE, rows))


def run(work: Iterable[Callable[[], None]], threads: int | None) -> None:
    """Do all of the work, by so many threads at once: one for each core of ours when None.

    NumPy lets go of the interpreter for arrays as long as a piece, so threads really help. What a
    piece raises is raised here.
    """
    jobs = list(work)
    count = min(len(jobs), cores() if threads is None else threads)
    if count <= 1:
        for job in jobs:
            job()
        return
    with ThreadPoolExecutor(count) as pool:
        for done in [pool.submit(job) for job in jobs]:
            done.result()


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
