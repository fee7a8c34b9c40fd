"""docs/library.md runs."""

from __future__ import annotations

import doctest
from datetime import UTC, datetime
from pathlib import Path

import pytest

from regiongate.compiler import bundle
from regiongate.compiler.snapshot import snapshot
from regiongate.control.gateway import build
from tests.support.bundles import SETTINGS, TRUST_STORE

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "library.md"


def test_every_example_of_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each example prints what the page says, with the bundle that the page builds."""
    inputs = build.inputs(ROOT / "examples" / "policy.yaml", None)
    made = snapshot(inputs, datetime(2024, 7, 1, tzinfo=UTC), None)
    bundle.write(made, SETTINGS, TRUST_STORE, tmp_path / "bundle")
    monkeypatch.chdir(tmp_path)
    found = doctest.testfile(str(PAGE), module_relative=False)
    assert found.attempted > 10
    assert not found.failed
