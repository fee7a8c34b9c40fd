"""The sample API: asked strictly it does all that is checked, and otherwise it lets anybody in."""

from __future__ import annotations

import pytest

from regiongate.conformance.tables import TABLES
from regiongate.domain.offer import Speech
from regiongate.sample.keys import KEY
from tests.conformance.asking import states
from tests.support.upstream import start_upstream

PATHS = {Speech.OPENAI: "/v1", Speech.ANTHROPIC: ""}
OPEN = {"error-unknown-model": "differs", "error-wrong-key": "differs"}


@pytest.mark.parametrize("strict", [True, False], ids=["strict", "open"])
def test_sample(strict: bool) -> None:
    """Every row works in both dialects, but for the two by which it is open to any client."""
    with start_upstream(token_delay_ms=1, strict=strict) as url:
        for dialect, path in PATHS.items():
            works = dict.fromkeys((check.name for check in TABLES[dialect]), "works")
            assert states(url + path, dialect, KEY) == works | ({} if strict else OPEN)
