"""A right policy to begin from, and a way to write variants of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

WritePolicy = Callable[..., Path]

RIGHT = """\
format: regiongate/1
name: example-api
version: "2024-07-01"
contact: mailto:access@example.com
supported:
  list: openai-2024-08
  territories: follow-state
measure:
  time_zone: America/Los_Angeles
  warn: 2024-06-25
  block: 2024-07-09
location:
  sources: [iptoasn, geo-whois, ipfire]
  agree: 2
  unknown: block
  private: allow
  special: block
  disputed: warn
  stale: block
refusal:
  dialect: openai
  appeal: https://example.com/appeal
"""


@pytest.fixture
def write_policy(tmp_path: Path) -> WritePolicy:
    """Write the right policy with some texts replaced and some lines added; give its path."""

    def write(*replacements: tuple[str, str], add: str = "", name: str = "policy.yaml") -> Path:
        text = RIGHT
        for old, new in replacements:
            assert old in text, old
            text = text.replace(old, new)
        path = tmp_path / name
        path.write_text(text + add, encoding="utf-8")
        return path

    return write
