"""The bundles that the library is asked about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from regiongate import Gate
from tests.support.bundles import SETTINGS, files, folder_inputs, write
from tests.support.providers import providers

COMPILER = Path(__file__).parents[1] / "compiler"
WORLD = COMPILER / "world"
AT = datetime(2024, 6, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small bundle that has something of everything."""
    return write(files(folder_inputs(WORLD), AT), tmp_path_factory.mktemp("library") / "world")


@pytest.fixture(scope="session")
def gate(world: Path) -> Gate:
    """That bundle, opened when its measure had been announced."""
    return Gate.open(world, clock=AT.timestamp)


@pytest.fixture(scope="session")
def bundle_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Path]:
    """What writes the bundle of a folder of inputs, once."""

    @cache
    def bundle(folder: Path) -> Path:
        said = folder / "at.txt"
        at = datetime.fromisoformat(said.read_text("utf-8").strip()) if said.exists() else AT
        made, what = tmp_path_factory.mktemp("library"), folder_inputs(folder)
        told = providers(made, (one.name for one in what.policy.providers))
        content = files(what, at, replace(SETTINGS, hand_over=told))
        return write(content, made / folder.name)

    return bundle
