"""`cases`: what affected organizations are told, and what may be decided about them."""

from __future__ import annotations

from regiongate.domain.case_rules import CaseRules
from regiongate.policyfile.instant import INSTANT
from regiongate.policyfile.reader import Reader
from regiongate.policyfile.shape import Key, Mapping, Section, Sequence
from regiongate.policyfile.span import SHARE, SPAN
from regiongate.policyfile.text import LINK, SENTENCE, integer

API = Key("api", SENTENCE, "The API as people call it; notices name it.")
SITE = Key("site", LINK, "Where the public pages are; the links of letters lie below it.")
LOOK_BACK = Key("look_back", SPAN, "How long a sighting counts.")
REMINDERS = Key(
    "reminders", Sequence(SPAN), "How long before the block each reminder goes out, in order."
)
EXEMPTION_AHEAD = Key("exemption_ahead", SPAN, "How long before its end an exemption is told of.")
APPEAL_WITHIN = Key("appeal_within", SPAN, "How long an appeal may wait for its answer.")
KEEP = Key("keep", SPAN, "After how long whatever is finer than a network is folded.")
OVER = Key("over", SPAN, "The least time between the first and the last of the evidence.")
TRAFFIC = Key(
    "traffic", SHARE, "From which share of requests from unsupported regions on it is evidence."
)
COUNTRIES = Key(
    "countries",
    integer("a number of countries", range(2, 250)),
    "From how many countries of one key on one day on it is evidence.",
)
ANONYMIZERS = Key(
    "anonymizers", SHARE, "From which share of requests through anonymizers on it is evidence."
)
OWNED = Key("owned", SHARE, "Owned by more than this from unsupported regions is evidence.")
EXPORT_UNTIL = Key(
    "export_until", INSTANT, "Until when organizations can export their data.", required=False
)
EVIDENCE = Key(
    "evidence",
    Mapping((OVER, TRAFFIC, COUNTRIES, ANONYMIZERS, OWNED)),
    "What speaks for a suspension, and over how long.",
)
SHAPE = Mapping(
    (API, SITE, LOOK_BACK, REMINDERS, EXEMPTION_AHEAD, APPEAL_WITHIN, KEEP, EXPORT_UNTIL, EVIDENCE)
)


def check(section: Section, *, blocks: bool, reader: Reader) -> None:
    """Reminders come one after the other, and before a block that has a date."""
    if not blocks:
        message = "`cases` has nothing to tell of: the measure has no date for the block"
        reader.report(section.mark, "missing-key", message, "add `measure.block`")
    longest = None
    for span in section.items(REMINDERS):
        if longest is not None and span.value >= longest:
            message = "This reminder does not come after the one before it"
            remedy = "write the longest time first, each once"
            reader.report(span.mark, "dates-out-of-order", message, remedy)
        longest = span.value


def build(section: Section) -> CaseRules:
    """The rules of a file without problems."""
    evidence = section.need(EVIDENCE)
    return CaseRules(
        api=section.need(API),
        site=section.need(SITE).rstrip("/"),
        look_back=section.need(LOOK_BACK),
        reminders=tuple(span.value for span in section.items(REMINDERS)),
        exemption_ahead=section.need(EXEMPTION_AHEAD),
        appeal_within=section.need(APPEAL_WITHIN),
        keep=section.need(KEEP),
        evidence_over=evidence.need(OVER),
        traffic_share=evidence.need(TRAFFIC),
        many_countries=evidence.need(COUNTRIES),
        anonymizer_share=evidence.need(ANONYMIZERS),
        owned_share=evidence.need(OWNED),
        export_until=section.optional(EXPORT_UNTIL),
    )
