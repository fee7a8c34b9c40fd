"""docs/cases.md: the life of a case, drawn from the table of allowed steps.

`REGIONGATE_REWRITE=1 pytest tests/docs` draws it anew; review the difference.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from regiongate.domain.case import HELD_BY_APPEAL, TRANSITIONS, CaseState, Step

PAGE = Path(__file__).parents[2] / "docs" / "cases.md"

WHO = {
    Step.FIND: "reconcile",
    Step.NOTICE: "reconcile, once the announcement was taken by a server",
    Step.REMIND: "reconcile, once a reminder was taken by a server",
    Step.RESTRICT: "reconcile, on the date of the block",
    Step.PROPOSE: "an operator or approver",
    Step.WITHDRAW: "an operator or approver; an appeal by itself",
    Step.SUSPEND: "an operator or approver, after another has approved",
    Step.EXEMPT: "an approver",
    Step.LAPSE: "reconcile, when the exemption has ended",
    Step.RELEASE: "reconcile, or an operator or approver after a review",
}


def _picture() -> str:
    """The states and steps as Mermaid draws them."""
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{state.replace("-", " ")}" as {_id(state)}' for state in CaseState]
    for before, step, after in TRANSITIONS:
        begin = "[*]" if before is None else _id(before)
        lines.append(f"    {begin} --> {_id(after)}: {step}")
    lines.append(f"    {_id(CaseState.RELEASED)} --> [*]")
    return "```mermaid\n" + "\n".join(lines) + "\n```\n"


def _table() -> str:
    """One row for each step: from which states, to which, by whom."""
    rows = []
    for step in Step:
        befores = [before for before, one, _ in TRANSITIONS if one is step]
        [after] = {after for _, one, after in TRANSITIONS if one is step}
        named = ", ".join("(none)" if one is None else one.replace("-", " ") for one in befores)
        held = "no" if step in HELD_BY_APPEAL else "yes"
        rows.append(f"| {step} | {named} | {after.replace('-', ' ')} | {WHO[step]} | {held} |")
    head = "| step | from | to | by | under appeal |\n|---|---|---|---|---|\n"
    return head + "\n".join(rows) + "\n"


def _id(state: CaseState) -> str:
    return state.replace("-", "_")


def test_the_life_of_a_case_is_drawn() -> None:
    """The page shows every allowed step and no other."""
    page = PAGE.read_text(encoding="utf-8")
    drawn = page
    for name, content in (("picture", _picture()), ("table", _table())):
        between = re.compile(rf"(<!-- drawn: {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        assert between.search(page), name
        drawn = between.sub(lambda found, new=content: found[1] + new + found[2], drawn)  # type: ignore[misc]
    if os.environ.get("REGIONGATE_REWRITE"):
        PAGE.write_text(drawn, encoding="utf-8")
    assert drawn == PAGE.read_text(encoding="utf-8")
