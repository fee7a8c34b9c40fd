"""`regiongate case propose|withdraw|approve|suspend`, as two people run them."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from regiongate.cli.case import case
from regiongate.domain.profile import Fact, FactKind, Holding, Owner, Profile
from regiongate.store.cases import Cases
from regiongate.store.database import Database
from regiongate.store.notices import Notices
from tests.support.policies import CASES, policy_text
from tests.support.profiles import contact
from tests.support.suspensions import AT, BILLED, BLOCK, LONG, SUSPEND, WARN, prepared

OWNED = (
    Holding("acme", "fund", Fraction(9, 10), "register", BILLED.stated),
    Holding("fund", "state", Fraction(2, 3) - Fraction(2, 3) % Fraction(1, 10**9), "register",
            BILLED.stated),
    Holding("fund", "acme", Fraction(1, 10), "register", BILLED.stated),
)  # fmt: skip
ACME = Profile(
    "acme",
    "Acme",
    None,
    contacts=(contact("it@acme.example", "zh-CN"),),
    facts=(BILLED, Fact(FactKind.PHONE, "CN", None, None, "books", AT.date())),
    holdings=OWNED,
    owners=(Owner("fund", "A fund", None), Owner("state", "A state", "CN")),
)


SEEN = [replace(one, network="36.152.44.0/24") for one in LONG]
"""Traffic from where the sources that come along see China as well."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A state directory with a store in which case 1 can be suspended, and the policy."""
    starts = {"warn": WARN, "block": BLOCK, "suspend": SUSPEND}
    (tmp_path / "policy.yaml").write_text(policy_text(starts=starts, cases=CASES))
    with closing(Database.open(f"sqlite:///{tmp_path}/regiongate.db")) as database:
        prepared(database, seen=SEEN, profiles=(ACME,))
    return tmp_path


def _run(folder: Path, verb: str, person: str, *more: str) -> Result:
    """One of the commands, an hour and more after the world of `prepared`."""
    options = ["--as", person, "--state", str(folder), "--at", AT.isoformat()]
    if verb != "withdraw":
        options += ["--policy", str(folder / "policy.yaml")]
    if verb in {"propose", "suspend"}:
        options += ["--sender", "Example API <notices@example.com>"]
    if verb in {"propose", "withdraw"}:
        options += ["--reason", "all of it is from there"]
    return CliRunner().invoke(case, [verb, "1", *options, *more])


def _said(found: Result) -> Any:
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)


def _state(folder: Path) -> str:
    with (
        closing(Database.open(f"sqlite:///{folder}/regiongate.db")) as database,
        database.reading() as connection,
    ):
        found = Cases(connection).get(1)
    assert found is not None
    return found.state


def _told(folder: Path) -> set[str]:
    with (
        closing(Database.open(f"sqlite:///{folder}/regiongate.db")) as database,
        database.reading() as connection,
    ):
        return {one.event for one in Notices(connection).where()}


def test_two_people_suspend(folder: Path) -> None:
    """Propose, approve, suspend: each says what it rests on and what comes next."""
    proposed = _run(folder, "propose", "ann")
    assert proposed.exit_code == 0, proposed.output
    assert "Case 1 of acme: its suspension is proposed." in proposed.stdout
    assert "To be approved by somebody else; not before 2026-07-20T00:00:00Z." in proposed.stdout
    assert "traffic (location, weight 2, " in proposed.stdout
    assert "owned from unsupported regions (unknown " in proposed.stdout
    assert "{" not in proposed.stdout
    assert "too short a time to count: phone" in proposed.stdout
    assert "acme ← fund ← state" in proposed.stdout
    assert "through circular holdings and smaller chains" in proposed.stdout
    approved = _run(folder, "approve", "bob")
    assert "its suspension is approved" in approved.stdout
    assert "regiongate case suspend 1" in approved.stdout
    assert "Case 1 of acme: it is suspended." in _run(folder, "suspend", "ann").stdout
    assert _state(folder) == "suspended"
    assert _told(folder) == {"announcement", "suspension-proposed", "suspended"}


def test_json_and_dry_run(folder: Path) -> None:
    """A dry run says what would be, as JSON too, and changes nothing."""
    said = _said(_run(folder, "propose", "ann", "--dry-run", "--json"))
    assert said["kept"] is False
    kinds = [one["kind"] for one in said["proposal"]["evidence"]]
    assert kinds == ["ownership", "billing", "traffic"]
    # 9/10 of two thirds, of which the fund's part that acme itself holds makes a little more.
    assert said["gathered"]["ownership"]["chains"][0]["ids"] == ["acme", "fund", "state"]
    assert _state(folder) == "restricted"
    assert _run(folder, "propose", "ann", "--dry-run").stdout.startswith(
        "Case 1 of acme: its suspension would be proposed."
    )
    assert _said(_run(folder, "propose", "ann", "--json"))["case"]["state"] == "suspension-proposed"
    assert _said(_run(folder, "withdraw", "ann", "--dry-run", "--json"))["kept"] is False
    assert _state(folder) == "suspension-proposed"
    approved = _said(_run(folder, "approve", "bob", "--json"))
    assert approved["proposal"]["approval"]["kinds"] == ["ownership", "billing"]
    assert "is withdrawn" in _run(folder, "withdraw", "bob").stdout
    assert _state(folder) == "restricted"


def test_what_is_missing_is_told(folder: Path) -> None:
    """Each missing condition stands on a line, or in a list of JSON, and the exit code is 1."""
    early = ("--at", "2025-06-10T00:00Z")
    found = _run(folder, "propose", "ann", *early, "--dry-run")
    assert found.exit_code == 1
    first, *lacking = found.stderr.splitlines()
    assert first == "Case 1 is not ready:"
    assert [line.strip().partition(":")[0] for line in lacking] == ["evidence", "notice"]
    _run(folder, "propose", "bob")
    found = _run(folder, "approve", "bob", "--json")
    assert found.exit_code == 1
    assert json.loads(found.stdout) == {
        "case": 1,
        "kept": False,
        "lacking": [
            {
                "condition": "other-person",
                "message": "bob has proposed it",
                "remedy": "let another person approve it",
            }
        ],
    }
    missing = _run(folder, "suspend", "ann")
    assert missing.exit_code == 1
    assert "approval: nobody has approved what bob proposed" in missing.stderr
