"""A store without a source, and a server to fetch from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from regiongate.geo.store.store import Store
from tests.support.https import HttpsServer, https_server


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpsServer]:
    """A server of its own for each test."""
    with https_server(tmp_path, monkeypatch) as found:
        yield found


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store without a source."""
    return Store(tmp_path / "store")
