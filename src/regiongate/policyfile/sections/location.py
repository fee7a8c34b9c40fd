"""`location`: which sources say where an address is, and what happens when they cannot."""

from __future__ import annotations

from regiongate.domain.policy import LocationRules
from regiongate.domain.verdict import Verdict
from regiongate.policyfile.reader import Reader
from regiongate.policyfile.shape import Key, Mapping, Section, Sequence
from regiongate.policyfile.text import choice, integer

KNOWN_SOURCES = ("iptoasn", "geo-whois", "ipfire")
"""The sources that ship with regiongate."""

KINDS = ("tor", "vpn", "proxy", "hosting")
"""The kinds of anonymizers."""

VERDICT = choice("a verdict", (Verdict.ALLOW, Verdict.WARN, Verdict.BLOCK), "unknown-verdict")
"""A verdict that a rule about a place may give."""

SOURCES = Key(
    "sources",
    Sequence(choice("a source", KNOWN_SOURCES, "unknown-source"), at_least=1),
    "The sources that are asked; where votes are equal, the one named first counts.",
)
AGREE = Key("agree", integer("a number of sources", range(1, 10)), "How many of them must agree.")
UNKNOWN = Key("unknown", VERDICT, "What happens when no source knows the address.")
PRIVATE = Key("private", VERDICT, "What happens to private addresses, loopback among them.")
SPECIAL = Key("special", VERDICT, "What happens to other addresses that have no region.")
DISPUTED = Key("disputed", VERDICT, "What happens when too few sources agree.")
ANONYMIZER_KEYS = {
    kind: Key(kind, VERDICT, f"What happens at least to addresses of this kind ({kind}).", False)
    for kind in KINDS
}
ANONYMIZERS = Key(
    "anonymizers",
    Mapping(tuple(ANONYMIZER_KEYS.values())),
    "Kinds of networks that hide where a client is, each with a verdict of its own.",
    required=False,
)
SHAPE = Mapping((SOURCES, AGREE, UNKNOWN, PRIVATE, SPECIAL, DISPUTED, ANONYMIZERS))


def check(section: Section, reader: Reader) -> None:
    """No source votes twice, and the agreement asked for can be reached."""
    sources, agree = section.find(SOURCES), section.find(AGREE)
    if sources is None:
        return
    names = [source.value for source in sources.value]
    for index, source in enumerate(sources.value):
        if source.value in names[:index]:
            message = f"`{source.value}` would vote twice"
            reader.report(source.mark, "duplicate-source", message, "name each source once")
    distinct = len(set(names))
    if agree is not None and names and sources.whole and agree.value > distinct:
        message = f"{agree.value} of {distinct} sources can never agree"
        reader.report(agree.mark, "agree-out-of-range", message, f"write at most {distinct}")


def anonymizers(section: Section) -> dict[str, Verdict]:
    """The kinds that have a verdict of their own."""
    ruled = section.optional(ANONYMIZERS)
    if ruled is None:
        return {}
    found = ((kind, ruled.optional(key)) for kind, key in ANONYMIZER_KEYS.items())
    return {kind: verdict for kind, verdict in found if verdict is not None}


def build(section: Section) -> LocationRules:
    """The location rules of a file without problems."""
    return LocationRules(
        sources=tuple(source.value for source in section.need(SOURCES)),
        agree=section.need(AGREE),
        unknown=section.need(UNKNOWN),
        private=section.need(PRIVATE),
        special=section.need(SPECIAL),
        disputed=section.need(DISPUTED),
        anonymizers=anonymizers(section),
    )
