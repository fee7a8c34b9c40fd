"""One upstream and one unchanging gateway for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.gateway import Gateway, bundled_tables, running_gateway
from tests.support.policies import policy_text
from tests.support.upstream import start_upstream


@pytest.fixture(scope="session")
def upstream() -> Iterator[str]:
    """The base URL of the sample API."""
    with start_upstream() as url:
        yield url


@pytest.fixture(scope="session")
def gateway(upstream: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway that blocks, with the bundled sources. Tests share it and must not change it."""
    policy = policy_text(open_paths=["/healthz", "/legal/*"])
    folder = tmp_path_factory.mktemp("gateway")
    with running_gateway(folder, policy, upstream=upstream, tables=bundled_tables()) as running:
        yield running
