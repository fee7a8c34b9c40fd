"""`regiongate survey --attested-by`: what a customer says of its own users stands apart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.command import regiongate

POLICY = Path(__file__).parents[2] / "examples" / "policy.yaml"
SAID = (
    *(("acme", "CN"), ("acme", "CN"), ("acme", "FR"), ("acme", "CNX"), ("acme", "")),
    *(("other", "KP"), ("quiet", "")),
)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log in which acme and other, all of them seen in the United States, speak of their users.

    Its last line is broken.
    """
    path = tmp_path / "access.csv"
    rows = [f"8.8.8.8,2024-07-0{n},{who},{what}" for n, (who, what) in enumerate(SAID, 1)]
    head = "address,time,organization,attested"
    path.write_bytes("\n".join([head, *rows, ""]).encode() + b"8.8.8.8,\xff,acme,FR\n")
    return path


def test_an_asked_word_is_counted_apart(log: Path, tmp_path: Path) -> None:
    """Nobody else's is, and every other number is what it is without it."""
    usual = ["survey", str(log), "--policy", str(POLICY), "--json", "--all", "--at", "2024-08-01"]
    without, given = (
        regiongate(*usual, "--out", str(tmp_path / name), *more)
        for name, more in (("without", []), ("given", ["--attested-by", "acme"]))
    )
    found, plain = json.loads(given.stdout), json.loads(without.stdout)
    assert found.pop("attested") == [
        {"organization": "acme", "countries": {"CN": 2, "FR": 1}, "unsupported": 2, "unread": 1}
    ]
    assert plain.pop("attested") == []
    assert found == plain
    assert found["rows"]["rejected"] == 1
    refused = [(tmp_path / name / "rejected.jsonl").read_text() for name in ("without", "given")]
    assert refused[0] == refused[1] != ""
    pages = [(tmp_path / name / "report.html").read_text() for name in ("without", "given")]
    assert ["Countries that organizations attest" in page for page in pages] == [False, True]


def test_the_terminal_tells_it(log: Path) -> None:
    """In one sentence for each organization; one that says nothing has none."""
    asked = [text for name in ("acme", "quiet") for text in ("--attested-by", name)]
    told = regiongate("survey", str(log), "--policy", str(POLICY), *asked).stdout
    assert (
        "acme attests of its own users: CN 2, FR 1; 2 from unsupported countries, 1 unreadable."
        in told
    )
    assert "quiet attests" not in told
    refused = regiongate("survey", str(log), "--policy", str(POLICY), *asked, "--engine", "spark")
    assert refused.returncode == 2
    assert "leave out --engine spark" in refused.stderr
