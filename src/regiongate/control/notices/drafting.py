"""Composing many letters: in this process, or in several where there are thousands."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context

from regiongate.control.notices.composer import Composer, Draft, Material, Telling
from regiongate.domain.case import Case

MANY = 5000
"""From so many letters on, other processes are worth the seconds that it takes to begin them."""

_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a case gets no notice."""

    case: Case
    why: str


Drafting = Callable[[Telling, Sequence[Material]], list[Draft | Trouble]]
"""Letters for materials, in their order. One that cannot be written keeps no other waiting."""


@contextmanager
def drafting(composer: Composer, count: int) -> Iterator[Drafting]:
    """What composes about so many letters: the same letters, wherever they are composed."""
    processes = len(os.sched_getaffinity(0))
    if count < MANY or processes < 2:
        yield lambda telling, some: [_drafted(composer, telling, one) for one in some]
        return
    # A fork would share the connections of this process with the database.
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        yield lambda telling, some: list(
            pool.map(partial(_drafted, composer, telling), some, chunksize=_AT_ONCE)
        )


def _drafted(composer: Composer, telling: Telling, of: Material) -> Draft | Trouble:
    try:
        return composer.draft(of, telling)
    except ValueError as error:
        return Trouble(of.case, f"the {telling.told.event} cannot be written: {error}")
