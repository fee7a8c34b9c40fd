"""A town behind a real server in its own process, one for all, and a real Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from regiongate.store.database import Database
from tests.browser.server import served
from tests.browser.walk import Street, Town
from tests.support.ports import free_port


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium.

    Its driver runs an event loop in this thread for as long as it is open, in which no other test
    could begin its own. So it ends with the file.
    """
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    expect.set_options(timeout=20_000)  # A busy machine is slow, and not wrong.
    with sync_playwright() as playwright:
        # Whoever tests as root has no sandbox, and opens no page but ours.
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
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
