"""`incentive`: what is given to who switches."""

from __future__ import annotations

from regiongate.domain.offer import FormerUsage, Grant, Incentive, Kind
from regiongate.offers.words import LASTS, MODEL, TOKENS
from regiongate.policyfile.reader import Reader
from regiongate.policyfile.shape import Key, Mapping, Section, Sequence
from regiongate.policyfile.span import SHARE, SPAN
from regiongate.policyfile.text import SENTENCE

COUNT = Key("count", TOKENS, "How many tokens are free.")
WITH = Key("model", MODEL, "The model they are for; any model where this is absent.", False)
TOKENS_FREE = Key("tokens", Sequence(Mapping((COUNT, WITH)), 1), "Free tokens.", False)
OVER = Key("over", SPAN, "Over which time before the switch usage is counted.", False)
FORMER = Key(
    "former_usage", Mapping((OVER, WITH)), "Free tokens as many as were used before.", False
)
OFF = Key("off", SHARE, "By how much prices are lower once free tokens are used up.", False)
LONG = Key("lasts", LASTS, "How long it holds from the switch on, or `without-end`.", False)
BESIDES = Key("besides", SENTENCE, "What is given that is not counted in tokens.", False)
SHAPE = Mapping((TOKENS_FREE, FORMER, OFF, LONG, BESIDES))


def check(section: Section, kind: Kind, reader: Reader) -> None:
    """It gives something; and of what can be taken up it is known how much and for how long."""
    if not any(section.says(key) for key in (TOKENS_FREE, FORMER, OFF, BESIDES)):
        message = "`incentive` gives nothing"
        reader.report(section.mark, "missing-key", message, "say what, or remove it")
    if kind is Kind.HISTORY:
        return
    counted = any(section.says(key) for key in (TOKENS_FREE, FORMER, OFF))
    if counted and not section.says(LONG):
        message = "It is not said how long the incentive holds"
        remedy = "add `lasts`, such as 90d, or without-end"
        reader.report(section.mark, "missing-key", message, remedy)
    former = section.find(FORMER)
    if former is not None and not former.value.says(OVER):
        message = "It is not said over which time former usage is counted"
        reader.report(former.mark, "missing-key", message, "add `over`, such as 30d")


def build(section: Section) -> Incentive:
    """The incentive of a section without problems."""
    former = section.optional(FORMER)
    return Incentive(
        grants=tuple(
            Grant(item.value.need(COUNT), item.value.optional(WITH))
            for item in section.items(TOKENS_FREE)
        ),
        former_usage=None
        if former is None
        else FormerUsage(former.optional(OVER), former.optional(WITH)),
        off=section.optional(OFF),
        lasts=section.optional(LONG),
        ends_said=section.says(LONG),
        besides=section.optional(BESIDES),
    )
