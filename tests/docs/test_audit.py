"""docs/audit.md says enough for somebody to verify an export without any program of ours."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from regiongate.control.audit.export import lines
from regiongate.control.audit.signed import sign, written
from regiongate.control.audit.trouble import Wrong
from tests.support.audit_trails import AT, entries

PAGE = (Path(__file__).parents[2] / "docs" / "audit.md").read_text("utf-8")
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """An export of four events."""
    rows, head = entries(4)
    text = "".join(lines(rows, sign(head, KEY, AT)))
    path = tmp_path / "audit.jsonl"
    path.write_text(text, "utf-8")
    return path


def _run(export: Path, key: Ed25519PrivateKey = KEY) -> subprocess.CompletedProcess[str]:
    [program] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert "import regiongate" not in program and program.count("\n") <= 24
    command = [sys.executable, "-I", "-c", program, str(export), written(key.public_key())]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def test_the_program_of_the_page_verifies_an_export(export: Path) -> None:
    """Twenty lines that know only the page find an export sound."""
    found = _run(export)
    assert (found.stdout, found.stderr) == ("4 events: whole\n", "")


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("case:noted", "case:nosed", "event 1: hash"),
        ("erin", "eric", "event 1: content"),
        ('"number": 3', '"number": 5', "event 3: place"),
        ('{"head": {"number": 4', '{"head": {"number": 3', "head"),
    ],
)
def test_the_program_of_the_page_finds_what_was_changed(
    export: Path, before: str, after: str, words: str
) -> None:
    """The same lines name the event that somebody has changed."""
    export.write_text(export.read_text("utf-8").replace(before, after, 1), "utf-8")
    found = _run(export)
    assert found.returncode == 1
    assert found.stderr.splitlines()[-1] == f"AssertionError: {words}"


def test_the_program_of_the_page_needs_the_right_key(export: Path) -> None:
    """A signature of somebody else is none."""
    found = _run(export, Ed25519PrivateKey.from_private_bytes(bytes(31) + b"\1"))
    assert "InvalidSignature" in found.stderr


def test_every_trouble_is_on_the_page() -> None:
    """The page explains each thing that a verification can find."""
    assert [wrong for wrong in Wrong if f"`{wrong}`" not in PAGE] == []
