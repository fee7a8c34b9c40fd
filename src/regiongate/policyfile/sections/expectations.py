"""`tests`: what the policy's author expects, kept with the policy."""

from __future__ import annotations

from regiongate.domain.policy import PolicyTest
from regiongate.domain.verdict import Verdict
from regiongate.policyfile.instant import INSTANT
from regiongate.policyfile.network import ADDRESS as ADDRESS_SHAPE
from regiongate.policyfile.reader import Reader
from regiongate.policyfile.region import REGION as REGION_SHAPE
from regiongate.policyfile.sections.location import SOURCE
from regiongate.policyfile.shape import Found, Key, Mapping, Named, Section, did_you_mean
from regiongate.policyfile.text import ORGANIZATION as ORGANIZATION_SHAPE
from regiongate.policyfile.text import choice

ADDRESS = Key("address", ADDRESS_SHAPE, "The address the request comes from.", required=False)
REGION = Key("region", REGION_SHAPE, "The region in which all sources see it.", required=False)
VOTES = Key(
    "votes",
    Named(SOURCE, REGION_SHAPE),
    "The region in which each source sees it; a source that is not named has no vote.",
    required=False,
)
ORGANIZATION = Key("organization", ORGANIZATION_SHAPE, "Whose request it is.", required=False)
AT = Key("at", INSTANT, "When it comes.")
_VERDICTS = (Verdict.ALLOW, Verdict.WARN, Verdict.BLOCK, Verdict.HAND_OVER)
VERDICT = Key(
    "verdict", choice("a verdict", _VERDICTS, "unknown-verdict"), "The verdict it must get."
)
SHAPE = Mapping(
    (ADDRESS, REGION, VOTES, ORGANIZATION, AT, VERDICT), one_of=("address", "region", "votes")
)


def check(items: tuple[Found[Section], ...], sources: tuple[str, ...], reader: Reader) -> None:
    """Only sources that the policy asks, `sources`, can vote."""
    for item in items:
        for source, _ in item.value.get(VOTES, ()):
            if sources and source.value not in sources:
                message = f"`{source.value}` is not one of `location.sources`"
                remedy = did_you_mean(source.value, sources)
                reader.report(source.mark, "unknown-source", message, remedy)


def build(item: Found[Section]) -> PolicyTest:
    """One test of a file without problems."""
    section = item.value
    return PolicyTest(
        address=section.optional(ADDRESS),
        region=section.optional(REGION),
        organization=section.optional(ORGANIZATION),
        at=section.need(AT),
        verdict=section.need(VERDICT),
        line=item.mark.line,
        votes=tuple((source.value, region.value) for source, region in section.get(VOTES, ())),
    )
