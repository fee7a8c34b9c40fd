"""`regiongate survey --engine spark` as users run it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.support.command import regiongate

POLICY = Path(__file__).parents[2] / "examples" / "policy.yaml"


def _log(folder: Path) -> Path:
    path = folder / "access.json"
    rows = [
        {"address": address, "time": "2024-07-01T00:00:00Z", "organization": "acme", "key": "k1"}
        for address in ("1.2.4.1", "8.8.8.8", "2001:4860::1", "nonsense")
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows) + "no json\n")
    return path


@pytest.mark.slow
def test_both_engines_write_the_same_folder(tmp_path: Path) -> None:
    """A survey on Spark prints and writes, byte for byte, what a survey on this machine does."""
    if shutil.which("java") is None:
        pytest.skip("needs Java: apt install default-jre-headless")
    log, told = _log(tmp_path), ("--policy", POLICY, "--at", "2024-07-20", "--json")
    here = regiongate("survey", log, *told, "--out", tmp_path / "here")
    spark = ("--engine", "spark", "--master", "local[2]")
    there = regiongate("survey", log, *told, "--out", tmp_path / "there", *spark)
    assert (here.returncode, there.returncode) == (0, 0), there.stderr
    assert here.stdout == there.stdout
    files = sorted(path.name for path in (tmp_path / "here").iterdir())
    assert files == sorted(path.name for path in (tmp_path / "there").iterdir())
    for name in files:
        assert (tmp_path / "here" / name).read_bytes() == (tmp_path / "there" / name).read_bytes()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--master", "local[2]"), "for --engine spark"),
        (("--work", "/somewhere"), "for --engine spark"),
        (("--engine", "spark", "--master", "local[2]", "--save"), "leave out --engine spark"),
    ],
)
def test_half_a_wish_is_refused(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    """Options of the cluster without it, and what a cluster cannot do, are told before any work."""
    found = regiongate("survey", _log(tmp_path), "--policy", POLICY, *words)
    assert found.returncode == 2
    assert said in found.stderr
