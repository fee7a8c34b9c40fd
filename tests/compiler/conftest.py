"""A small bundle that has something of everything, written anew for each test that harms it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.bundles import files, folder_inputs, write

WORLD = Path(__file__).parent / "world"
AT = datetime(2024, 6, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def content() -> dict[str, bytes]:
    """The files of the bundle."""
    return files(folder_inputs(WORLD), AT)


@pytest.fixture(scope="session")
def small() -> dict[str, bytes]:
    """The files of a bundle with little in it, for tests that verify hundreds of variants."""
    return files(folder_inputs(WORLD.parent / "golden" / "report-only-refuses-nobody"), AT)


@pytest.fixture
def bundle(content: dict[str, bytes], tmp_path: Path) -> Path:
    """The bundle in a folder of its own."""
    return write(content, tmp_path / "bundle")
