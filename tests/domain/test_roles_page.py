"""docs/roles.md: who may do what, generated from the table that decides it.

`REGIONGATE_REWRITE=1 pytest tests/domain/test_roles_page.py` writes it anew; review the difference.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from regiongate.domain.role import MAY, Act, Role

SOURCES = Path(__file__).parents[2] / "src" / "regiongate"
PAGE = Path(__file__).parents[2] / "docs" / "roles.md"

MEANS = {
    Act.READ: "see cases, notices, organizations and the audit trail",
    Act.IMPORT: "import organizations, their contacts, keys and facts",
    Act.NOTIFY: "write and send notices, read bounces",
    Act.NOTE: "keep a note with a case",
    Act.PROPOSE: "propose to suspend an account",
    Act.WITHDRAW: "withdraw a proposal",
    Act.APPROVE: "approve a proposal of somebody else",
    Act.SUSPEND: "suspend an account as was approved",
    Act.RELEASE: "release an organization",
    Act.EXEMPT: "grant and end exemptions and corrections",
    Act.DECIDE_APPEAL: "grant or deny an appeal",
    Act.PROPOSE_POLICY: "write a draft of the policy, or withdraw one",
    Act.PUBLISH_POLICY: "publish a draft of somebody else, or go back to an older generation",
    Act.UPDATE_SOURCE: "fetch a newer version of a source",
    Act.MANAGE_SOURCES: "add, replace, go back from and remove the sources of this machine",
    Act.ISSUE_CLAIM_CODE: "issue a claim code for a case",
    Act.TRUST_ISSUER: "say whose claim codes are believed",
    Act.KEEP_LEDGER: "take in claim codes, book what is spent, let lapse what is over",
    Act.EXPORT: "export the audit trail",
    Act.FOLD: "remove what is finer than a network and older than the policy keeps it",
    Act.ERASE: "erase an organization",
    Act.MANAGE_PEOPLE: "add, change and remove people",
    Act.MANAGE_TOKENS: "see and revoke the tokens of others",
}

_TABLE = re.compile(r"\| act \|.*?\n\n", re.DOTALL)


def _table() -> str:
    head = f"| act | what it is | {' | '.join(Role)} |\n|---|---|{'---|' * len(Role)}\n"
    rows = (
        f"| `{act}` | {MEANS[act]} | {' | '.join(_mark(act, role) for role in Role)} |\n"
        for act in Act
    )
    return f"{head}{''.join(rows)}\n"


def _mark(act: Act, role: Role) -> str:
    return "yes" if role in MAY[act] else ""


def test_the_table_is_what_decides() -> None:
    """What stands on the page is what the program asks."""
    page = PAGE.read_text("utf-8")
    if os.environ.get("REGIONGATE_REWRITE"):
        page = _TABLE.sub(lambda _: _table(), page)
        PAGE.write_text(page, "utf-8")
    assert _TABLE.findall(page) == [_table()]


def test_every_act_is_for_somebody() -> None:
    """No act is without a role that may, and each can be explained."""
    assert all(MAY[act] for act in Act)
    assert {*MEANS} == {*Act}


def test_every_act_is_asked_for() -> None:
    """An act that nobody asks for is not in the table."""
    code = "".join(path.read_text("utf-8") for path in SOURCES.rglob("*.py"))
    assert {act for act in Act if code.count(f"Act.{act.name}") < 2} == set()
