"""`refusal`: in whose words a refused client is answered, and the links it gets."""

from __future__ import annotations

from regiongate.domain.policy import Dialect, RefusalStyle
from regiongate.policyfile.node import ScalarNode
from regiongate.policyfile.reader import Reader, Wrong
from regiongate.policyfile.shape import Key, Mapping, Scalar, Section
from regiongate.policyfile.text import LINK, choice

FORBIDDEN, LEGAL = 403, 451


def _status(node: ScalarNode, _: Reader) -> int:
    if not node.plain or node.text not in (str(FORBIDDEN), str(LEGAL)):
        message = f"{node.written} is not the status of a refusal"
        raise Wrong("bad-value", message, "write 403 or 451, without quotes")
    return int(node.text)


DIALECT = Key(
    "dialect", choice("a dialect", tuple(Dialect)), "In whose error format a refusal is written."
)
STATUS = Key(
    "status",
    Scalar(_status, {"type": "integer", "enum": [FORBIDDEN, LEGAL]}),
    "The HTTP status: 403 (the default), or 451 for a legal demand (RFC 7725).",
    required=False,
)
APPEAL = Key("appeal", LINK, "Where a client may object without logging in.")
BLOCKED_BY = Key(
    "blocked_by", LINK, "Who demands the blocking; goes with status 451.", required=False
)
SHAPE = Mapping((DIALECT, STATUS, APPEAL, BLOCKED_BY))


def check(section: Section, reader: Reader) -> None:
    """Status 451 names who demands it, and 403 names nobody."""
    status, blocked_by = section.find(STATUS), section.find(BLOCKED_BY)
    if status is not None and status.value == LEGAL and not section.says(BLOCKED_BY):
        message = "Status 451 must say who demands the blocking"
        reader.report(status.mark, "missing-key", message, "add `blocked_by` with a link")
    if blocked_by is not None and section.get(STATUS, FORBIDDEN) != LEGAL:
        message = "`blocked_by` is sent with status 451 only"
        remedy = "remove it, or write `status: 451`"
        reader.report(blocked_by.mark, "contradicting-keys", message, remedy)


def build(section: Section) -> RefusalStyle:
    """The refusal style of a file without problems."""
    return RefusalStyle(
        dialect=section.need(DIALECT),
        status=section.get(STATUS, FORBIDDEN),
        appeal=section.need(APPEAL),
        blocked_by=section.optional(BLOCKED_BY),
    )
