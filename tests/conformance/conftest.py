"""What the tests of this folder ask."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance.wrong import wrong_endpoint


@pytest.fixture(scope="session")
def wrong() -> Iterator[str]:
    """The base URL of the endpoint that is wrong on purpose."""
    with wrong_endpoint() as url:
        yield url
