"""A folder for each rule that the compiler must keep; the folder's name is the rule.

Input: `policy.yaml`, `places.csv` (what each source says of a network), `at.txt` (the instant), and
where the case needs one, `organizations.csv`. Expected: `decisions.json` and `gate.txt`, an
outline of the matching tree. `REGIONGATE_REWRITE=1 pytest tests/compiler` writes them anew; review
the difference.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from regiongate.compiler.verify import verify
from tests.support.bundles import SETTINGS, files, folder_inputs, write
from tests.support.outline import outline
from tests.support.providers import providers

GOLDEN = Path(__file__).parent / "golden"
CASES = sorted(path for path in GOLDEN.iterdir() if path.is_dir())
NEEDED = {"policy.yaml", "places.csv", "at.txt", "decisions.json", "gate.txt"}
KNOWN = NEEDED | {"organizations.csv", "acme.csv"}


@pytest.fixture(name="content", params=CASES, ids=lambda case: case.name)
def _content(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, dict[str, bytes]]:
    case: Path = request.param
    at = datetime.fromisoformat((case / "at.txt").read_text("utf-8").strip())
    what = folder_inputs(case)
    told = providers(tmp_path, (one.name for one in what.policy.providers))
    return case, files(what, at, replace(SETTINGS, hand_over=told))


def test_case(content: tuple[Path, dict[str, bytes]]) -> None:
    """The decision table and the gate are what was reviewed."""
    case, bundle = content
    decisions = json.loads(bundle["decisions.json"])
    del decisions["generation"]
    found = {
        "decisions.json": json.dumps(decisions, indent=1, ensure_ascii=False) + "\n",
        "gate.txt": outline(json.loads(bundle["envoy/gate.json"])),
    }
    for name, text in found.items():
        if os.environ.get("REGIONGATE_REWRITE"):
            (case / name).write_text(text, encoding="utf-8")
        assert (case / name).read_text("utf-8") == text


def test_case_is_sound(content: tuple[Path, dict[str, bytes]], tmp_path: Path) -> None:
    """The verifier, which is other code, agrees with what was compiled, tests included."""
    assert verify(write(content[1], tmp_path / "bundle"), envoy=False) == []


@pytest.mark.envoy
def test_envoy_accepts_case(content: tuple[Path, dict[str, bytes]], tmp_path: Path) -> None:
    """The real Envoy takes the configuration."""
    assert verify(write(content[1], tmp_path / "bundle")) == []


def test_a_case_has_its_files_and_no_others() -> None:
    """A case without its expectation, or a file that belongs to no case, fails."""
    for case in CASES:
        names = {path.name for path in case.iterdir()}
        assert names >= NEEDED, case.name
        assert names <= KNOWN, case.name
    assert [path for path in GOLDEN.iterdir() if path not in CASES] == []
