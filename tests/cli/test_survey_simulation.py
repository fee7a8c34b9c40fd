"""`regiongate survey --compare` as users run it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.command import regiongate

POLICY = Path(__file__).parents[2] / "examples" / "policy.yaml"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three requests of one organization from China, one of another from the United States."""
    path = tmp_path_factory.mktemp("logs") / "access.json"
    rows = [("acme", "1.2.4.1")] * 3 + [("zenith", "8.8.8.8")]
    said = [
        {"organization": name, "address": address, "time": "2024-07-01T00:00:00Z", "key": "k1"}
        for name, address in rows
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in said))
    return path


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example policy with China added to its list."""
    path = tmp_path_factory.mktemp("policies") / "other.yaml"
    added = "list: openai-2024-08\n  add:\n    - {region: CN, reason: A new agreement.}"
    text = POLICY.read_text().split("\ntests:")[0].replace("list: openai-2024-08", added)
    path.write_text(text + "\n")
    return path


def test_another_list_releases(log: Path, other: Path, tmp_path: Path) -> None:
    """Whoever is allowed by the other policy is told as released, in JSON and in the folder."""
    out = tmp_path / "out"
    told = ("--policy", POLICY, "--compare", other, "--at", "2024-07-20", "--out", out, "--json")
    found = regiongate("survey", log, *told)
    assert found.returncode == 0, found.stderr
    simulation = json.loads(found.stdout)["simulation"]
    assert simulation["requests"] == {"all": 4, "changed": 3} or simulation["requests"] == 4
    (acme,) = simulation["changed"]
    assert (acme["id"], acme["change"], acme["changed"]) == ("acme", "released", 3)
    assert json.loads((out / "survey.json").read_text())["simulation"] == simulation
    assert "acme" in (out / "changes.csv").read_text()
    assert "<script" not in (out / "report.html").read_text()
    assert not (out / "addresses.csv").exists()


def test_a_file_in_the_place_of_a_source(log: Path, tmp_path: Path) -> None:
    """Another version of one source is compared under the same policy; a terminal gets words."""
    moved = tmp_path / "moved.csv"
    moved.write_text("1.2.4.0/24,US\n")
    files = [f"{name}={moved}" for name in ("iptoasn", "geo-whois", "ipfire")]
    told = [word for file in files for word in ("--compare-source", file)]
    found = regiongate("survey", log, "--policy", POLICY, "--at", "2024-07-20", *told)
    assert found.returncode == 0, found.stderr
    assert "1 would be released" in found.stdout
    assert "CN > US" in found.stdout


def test_single_addresses_need_a_folder(log: Path, tmp_path: Path) -> None:
    """A table of single addresses is written only where it is asked for, into the folder."""
    alone = regiongate("survey", log, "--policy", POLICY, "--addresses")
    assert alone.returncode == 2
    assert "--out" in alone.stderr
    out = tmp_path / "out"
    found = regiongate("survey", log, "--policy", POLICY, "--addresses", "--out", out)
    assert found.returncode == 0, found.stderr
    assert "1.2.4.1" in (out / "addresses.csv").read_text()
