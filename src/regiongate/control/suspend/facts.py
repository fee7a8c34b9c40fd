"""Evidence in the books: the facts of a profile that are of unsupported countries, and who owns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from regiongate.domain.audit import Json
from regiongate.domain.case_rules import CaseRules
from regiongate.domain.evidence import Evidence, EvidenceKind
from regiongate.domain.ownership import Ownership, concerning, owned
from regiongate.domain.profile import Fact, FactKind, Holding

Supports = Callable[[str], bool]
"""Whether a country is supported."""


def stated(
    facts: Iterable[Fact], kind: FactKind, supports: Supports, at: datetime
) -> Evidence | None:
    """What the facts of one kind say that hold at an instant. What has ended is no evidence."""
    held = [one for one in facts if one.kind is kind and holds(one, at)]
    wrong = [one for one in held if not supports(one.country)]
    if not wrong:
        return None
    detail: dict[str, Json] = {
        "facts": [_told(one) for one in wrong],
        "supported": [*sorted({one.country for one in held if supports(one.country)})],
    }
    first = min(_midnight(one.since or one.stated) for one in wrong)
    last = max(_end(one, at) for one in wrong)
    return Evidence(EvidenceKind(kind.value), first, last, detail)


def holds(fact: Fact, at: datetime) -> bool:
    """Whether somebody has said, and it has begun and not ended, at an instant."""
    day = at.astimezone(UTC).date()
    began = fact.stated <= day and (fact.since is None or fact.since <= day)
    return began and (fact.until is None or fact.until >= day)


def ownership(
    organization: str,
    holdings: Iterable[Holding],
    sides: Mapping[str, bool | None],
    rules: CaseRules,
    at: datetime,
) -> tuple[Evidence | None, Ownership]:
    """Who owns an organization, and the evidence that this is.

    It holds since the last of the holdings on the way was stated. Raises ValueError where what is
    stated is impossible.
    """
    day = at.astimezone(UTC).date()
    known = [one for one in concerning(holdings, organization) if one.stated <= day]
    found = owned(organization, known, sides)
    if found.unsupported <= rules.owned_share:
        return None, found
    way = {pair for chain in found.chains for pair in pairwise(chain.ids)}
    used = [one for one in known if (one.owned, one.owner) in way] or known
    first = max(_midnight(one.stated) for one in used)
    detail: dict[str, Json] = {
        "unsupported": str(found.unsupported),
        "unknown": str(found.unknown),
        "chains": [{"owners": [*one.ids[1:]], "share": str(one.share)} for one in found.chains],
        "sources": [*sorted({one.source for one in used})],
    }
    return Evidence(EvidenceKind.OWNERSHIP, first, at, detail), found


def _told(fact: Fact) -> dict[str, Json]:
    return {
        "country": fact.country,
        "since": None if fact.since is None else fact.since.isoformat(),
        "until": None if fact.until is None else fact.until.isoformat(),
        "source": fact.source,
        "stated": fact.stated.isoformat(),
    }


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _end(fact: Fact, at: datetime) -> datetime:
    """The end of the last day, or the instant of asking, whichever comes first."""
    return at if fact.until is None else min(at, _midnight(fact.until) + timedelta(days=1))
