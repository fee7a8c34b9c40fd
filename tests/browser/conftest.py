"""A town behind a real server in its own process, and a real Chromium: one of each for all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from regiongate.store.database import Database
from tests.browser.server import served
from tests.browser.walk import Street, Town
from tests.support.ports import free_port


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium."""
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        # Whoever tests as root has no sandbox, and opens no page but ours.
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def town(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The town, once it is served."""
    folder, port = tmp_path_factory.mktemp("town"), free_port()
    with served(folder, port) as url:
        database = Database.open(f"sqlite:///{folder}/regiongate.db")
        yield Town(url, database, folder)
        database.close()


@pytest.fixture
def street(chromium: Browser, town: Town) -> Iterator[Street]:
    """The street, on which nobody may have complained by the end."""
    found = Street(chromium, town)
    yield found
    assert found.complaints == []
