"""`location`: which sources say where an address is, and what happens when they cannot."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Mapping as Map
from dataclasses import dataclass

from regiongate.domain import facts
from regiongate.domain.location_rules import LocationRules
from regiongate.domain.place import RELAY
from regiongate.domain.source import NAME_PATTERN, SourceNames
from regiongate.domain.verdict import Verdict
from regiongate.policyfile.reader import Reader, Wrong
from regiongate.policyfile.shape import (
    Found,
    Key,
    Mapping,
    Section,
    Sequence,
    did_you_mean,
)
from regiongate.policyfile.text import choice, integer, word

BUNDLED = SourceNames(("iptoasn", "geo-whois", "ipfire"), ("clouds", "iporigin"))
"""The sources that need not be added, known wherever nobody names others."""

VERDICT = choice("a verdict", (Verdict.ALLOW, Verdict.WARN, Verdict.BLOCK), "unknown-verdict")
"""A verdict that a rule about a place may give."""

SOURCE = word("the name of a source", NAME_PATTERN, "use small letters, digits, `.`, `_`, `-`")
SOURCES = Key(
    "sources",
    Sequence(SOURCE, at_least=1),
    "The sources that are asked; where votes are equal, the one named first counts.",
)
AGREE = Key("agree", integer("a number of sources", range(1, 10)), "How many of them must agree.")
UNKNOWN = Key("unknown", VERDICT, "What happens when no source knows the address.")
PRIVATE = Key("private", VERDICT, "What happens to private addresses, loopback among them.")
SPECIAL = Key("special", VERDICT, "What happens to other addresses that have no region.")
DISPUTED = Key("disputed", VERDICT, "What happens when too few sources agree.")
STALE = Key(
    "stale",
    VERDICT,
    "What happens at most when fewer than `agree` of the sources that put an address on its side "
    "are within their maximum age; `block` lets old sources block.",
)
SUBDIVISIONS = Key(
    "subdivisions",
    SOURCE,
    "The one of `sources` that speaks for parts of countries; without it, each vote as it is.",
    required=False,
)
FACTS = Key(
    "facts",
    Sequence(SOURCE),
    "The sources that say which addresses belong to anonymizers, relays and clouds.",
    required=False,
)
_NO_VERDICT = Wrong(
    "relay-has-no-verdict",
    f"`{RELAY}` has no verdict: a private relay keeps the user's country and evades no region rule",
    "remove it; what hides the country is a `vpn` or a `proxy`",
)
ANONYMIZER_KEYS = {
    kind: Key(kind, VERDICT, f"What happens at least to addresses of this kind ({kind}).", False)
    for kind in facts.ANONYMIZERS
}
ANONYMIZERS = Key(
    "anonymizers",
    Mapping(tuple(ANONYMIZER_KEYS.values()), refused=((RELAY, _NO_VERDICT),)),
    "Kinds of networks that hide where a client is, each with a verdict of its own.",
    required=False,
)
SHAPE = Mapping(
    (
        SOURCES,
        AGREE,
        SUBDIVISIONS,
        UNKNOWN,
        PRIVATE,
        SPECIAL,
        DISPUTED,
        STALE,
        FACTS,
        ANONYMIZERS,
    )
)


def check(section: Section, reader: Reader) -> None:
    """Every source is known, none votes twice, and the agreement asked for can be reached."""
    sources, agree = section.find(SOURCES), section.find(AGREE)
    known = reader.sources
    elsewhere = "says where addresses are, and states no other fact", "location.sources"
    stated = _Known(known.facts, known.regions, elsewhere, known.absent)
    _check_named(section.items(FACTS), "would be asked", stated, reader)
    if sources is None:
        return
    elsewhere = "states facts, and not where addresses are", "location.facts"
    located = _Known(known.regions, known.facts, elsewhere, known.absent)
    _check_named(sources.value, "would vote", located, reader)
    _check_speaker(section, sources, reader)
    distinct = len({source.value for source in sources.value})
    if agree is not None and distinct and sources.whole and agree.value > distinct:
        message = f"{agree.value} of {distinct} sources can never agree"
        reader.report(agree.mark, "agree-out-of-range", message, f"write at most {distinct}")


@dataclass(frozen=True, slots=True)
class _Known:
    """What may be named under one key, and what belongs under another: what it is, and where."""

    here: Collection[str]
    there: Collection[str]
    elsewhere: tuple[str, str]
    absent: Map[str, str]

    def wrong(self, name: str) -> Wrong | None:
        """Why a name cannot stand here; None when it can."""
        if name in self.here:
            if name not in self.absent:
                return None
            message = f"The source `{name}` is not installed"
            return Wrong("source-not-installed", message, self.absent[name])
        if name in self.there:
            what, where = self.elsewhere
            return Wrong("source-of-other-kind", f"`{name}` {what}", f"name it under `{where}`")
        remedy = f"{did_you_mean(name, self.here)}, or add it: `regiongate geo add {name}`"
        return Wrong("unknown-source", f"There is no source `{name}`", remedy)


def _check_named(
    sources: tuple[Found[str], ...], would: str, known: _Known, reader: Reader
) -> None:
    """Sources that there are, of the kind that counts here, each named once."""
    names = [source.value for source in sources]
    for index, source in enumerate(sources):
        wrong = known.wrong(source.value)
        if wrong is not None:
            reader.report_wrong(source.mark, wrong)
        if source.value in names[:index]:
            message = f"`{source.value}` {would} twice"
            reader.report(source.mark, "duplicate-source", message, "name each source once")


def _check_speaker(
    section: Section, sources: Found[tuple[Found[str], ...]], reader: Reader
) -> None:
    """Who speaks for parts of countries has a vote as well."""
    speaker, names = section.find(SUBDIVISIONS), [source.value for source in sources.value]
    if speaker is not None and sources.whole and speaker.value not in names:
        message = f"`{speaker.value}` is not one of `sources`, so it has no vote to speak with"
        remedy = "name one of them, or add it there"
        reader.report(speaker.mark, "subdivisions-source", message, remedy)


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
        stale=section.need(STALE),
        anonymizers=anonymizers(section),
        subdivisions=section.optional(SUBDIVISIONS),
        facts=tuple(source.value for source in section.items(FACTS)),
    )
