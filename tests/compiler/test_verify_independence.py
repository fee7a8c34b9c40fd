"""Verification shares no code with what it verifies."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import regiongate.compiler.verify

FOLDER = Path(regiongate.compiler.verify.__file__).parent
WRITERS = (
    "regiongate.compiler.atlas",
    "regiongate.compiler.envoy",
    "regiongate.compiler.geography",
    "regiongate.compiler.placekey",
    "regiongate.compiler.snapshot",
    "regiongate.compiler.table",
)
ALLOWED = {(name, "regiongate.compiler.envoy.keytable") for name in ("gate.py", "keys.py")}
"""The reader of the key table, which has a format of its own and checks every byte."""


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.py")), ids=lambda file: file.name)
def test_no_writer_is_imported(file: Path) -> None:
    """A bundle is not right because the function that made it says so again."""
    tree = ast.parse(file.read_text("utf-8"))
    named = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    named |= {a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}
    wrong = {name for name in named if name.startswith(WRITERS)}
    assert {(file.name, name) for name in wrong} <= ALLOWED
