"""The worlds of the table and the doors into them, each opened when the first test asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest

from tests.guard.doors import DOORS
from tests.guard.worlds import world
from tests.support.gateway import Gateway
from tests.support.upstream import start_upstream


@pytest.fixture(scope="session")
def upstream() -> Iterator[str]:
    """The base URL of the sample API."""
    with start_upstream() as url:
        yield url


@pytest.fixture(scope="session")
def worlds(
    upstream: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Gateway]]:
    """What finds the running gateway of a world."""
    with ExitStack() as stack:

        @cache
        def find(name: str) -> Gateway:
            folder = tmp_path_factory.mktemp(name)
            return stack.enter_context(world(name, folder, upstream))

        yield find


@pytest.fixture(scope="session")
def doors(
    worlds: Callable[[str], Gateway], upstream: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str, str], int]]:
    """What finds the port of a door into a world."""
    with ExitStack() as stack:

        @cache
        def find(door: str, of: str) -> int:
            folder = tmp_path_factory.mktemp(door)
            opened = DOORS[door](worlds(of).state.root, folder, upstream)
            return stack.enter_context(opened)

        yield find
