"""One sample API for all tests in this folder."""

from collections.abc import Iterator

import pytest

from tests.support.upstream import start_upstream


@pytest.fixture(scope="session")
def sample_upstream() -> Iterator[str]:
    """The base URL of a running sample API."""
    with start_upstream() as url:
        yield url
