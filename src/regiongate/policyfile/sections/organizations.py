"""`organizations`: those to which the region rules do not apply, by whose word, until when."""

from __future__ import annotations

from regiongate.domain.policy import PolicyExemption
from regiongate.policyfile.instant import EXPIRY
from regiongate.policyfile.reader import Reader
from regiongate.policyfile.shape import Found, Key, Mapping, Section
from regiongate.policyfile.text import ORGANIZATION as ORGANIZATION_SHAPE
from regiongate.policyfile.text import SENTENCE

ORGANIZATION = Key("organization", ORGANIZATION_SHAPE, "Its id, as the gateway sees it.")
REASON = Key("reason", SENTENCE, "Why, in a sentence.")
APPROVER = Key("approver", SENTENCE, "Who decided it.")
EXPIRES = Key("expires", EXPIRY, "When it ends: a date, or `never`.")
SHAPE = Mapping((ORGANIZATION, REASON, APPROVER, EXPIRES))


def check(items: tuple[Found[Section], ...], reader: Reader) -> None:
    """No organization is named twice."""
    first: dict[str, int] = {}
    for item in items:
        named = item.value.find(ORGANIZATION)
        if named is None:
            continue
        if named.value in first:
            message = f"{named.value} stands here a second time"
            remedy = f"keep this entry or the one on line {first[named.value]}"
            reader.report(named.mark, "duplicate-organization", message, remedy)
        first.setdefault(named.value, named.mark.line)


def build(item: Section) -> PolicyExemption:
    """One exemption of a file without problems."""
    return PolicyExemption(
        item.need(ORGANIZATION), item.need(REASON), item.need(APPROVER), item.need(EXPIRES)
    )
