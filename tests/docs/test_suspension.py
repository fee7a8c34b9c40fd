"""docs/suspension.md says what the code does: kinds, families, weights, and its example."""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction
from pathlib import Path

from regiongate.domain.evidence import ENOUGH, FAMILY, WEIGHT
from regiongate.domain.ownership import owned
from regiongate.domain.profile import Holding
from regiongate.domain.suspension import Condition

PAGE = (Path(__file__).parents[2] / "docs" / "suspension.md").read_text("utf-8")


def test_every_kind_of_evidence_is_on_the_page() -> None:
    """The table has each kind with its family and weight, and no other."""
    rows = re.findall(r"^\| `([a-z-]+)` \| ([a-z]+) \| (\d) \|", PAGE, re.MULTILINE)
    assert {kind: (family, int(weight)) for kind, family, weight in rows} == {
        kind.value: (FAMILY[kind].value, WEIGHT[kind]) for kind in FAMILY
    }
    assert f"must weigh {ENOUGH} together" in PAGE


def test_every_condition_is_on_the_page() -> None:
    """What can be missing is explained under the name by which it is told."""
    assert [one for one in Condition if f"`{one}`:" not in PAGE] == []


def test_the_example_of_owners_is_right() -> None:
    """The holdings of the page come to what the page says."""
    rows = re.findall(r"^\| (\w+) \| (\w+) \| (\d+) % \|", PAGE, re.MULTILINE)
    held = [
        Holding(company, owner, Fraction(int(share), 100), "the page", date(2026, 1, 1))
        for company, owner, share in rows
    ]
    found = owned("acme", held, {"state": False, "founder": True, "fund": None})
    for share in (found.unsupported, found.supported, found.unknown):
        assert f"{share.numerator * 93 // share.denominator}/93" in PAGE
        assert f"{float(100 * share):.2f} %" in PAGE
    assert [chain.share for chain in found.chains] == [Fraction(42, 100)]
