"""The whole policy file: its keys, and the policy it becomes."""

from __future__ import annotations

from regiongate.domain.policy import Policy
from regiongate.policyfile.lists import BaseList
from regiongate.policyfile.sections import (
    cases,
    expectations,
    geofeeds,
    hand_over,
    location,
    measure,
    networks,
    organizations,
    refusal,
    supported,
)
from regiongate.policyfile.shape import Key, Mapping, Section, Sequence
from regiongate.policyfile.text import BOOLEAN, CONTACT, NAME, PATH, VERSION, choice

FORMAT = "regiongate/1"

_FORMAT = Key(
    "format",
    choice("a format of this program", (FORMAT,), "unknown-format"),
    "Always `regiongate/1`.",
)
_NAME = Key("name", NAME, "The policy's name, shown in refusals.")
_VERSION = Key("version", VERSION, "The policy's version, shown in refusals; quoted text.")
_CONTACT = Key("contact", CONTACT, "Whom to ask, as `mailto:…` or `https://…`.")
SUPPORTED = Key("supported", supported.SHAPE, "The regions from which the API may be used.")
MEASURE = Key("measure", measure.SHAPE, "The announced change with its dates.")
LOCATION = Key("location", location.SHAPE, "Where an address is, and what if nobody can say.")
NETWORKS = Key(
    "networks", Sequence(networks.SHAPE), "Corrections and rules for single networks.", False
)
GEOFEEDS = Key(
    "geofeeds",
    Sequence(geofeeds.SHAPE),
    "Corrections for many networks at once, each set in a file of its own.",
    required=False,
)
ORGANIZATIONS = Key(
    "organizations", Sequence(organizations.SHAPE), "Organizations that are exempt.", False
)
HAND_OVER = Key(
    "hand_over", hand_over.SHAPE, "Who serves, in region, the organizations that agreed.", False
)
OPEN_PATHS = Key(
    "open_paths",
    Sequence(PATH),
    "Paths that stay open to everyone; a `*` at the end opens all below.",
    required=False,
)
REFUSAL = Key("refusal", refusal.SHAPE, "How a refusal looks.")
REPORT_ONLY = Key("report_only", BOOLEAN, "Decide and log, but allow everything.", False)
CASES = Key(
    "cases", cases.SHAPE, "What affected organizations are told, and what may be decided.", False
)
TESTS = Key("tests", Sequence(expectations.SHAPE), "What the policy must answer.", False)

SHAPE = Mapping(
    (
        _FORMAT,
        _NAME,
        _VERSION,
        _CONTACT,
        SUPPORTED,
        MEASURE,
        LOCATION,
        NETWORKS,
        GEOFEEDS,
        ORGANIZATIONS,
        HAND_OVER,
        OPEN_PATHS,
        REFUSAL,
        REPORT_ONLY,
        CASES,
        TESTS,
    )
)


def build(section: Section, base: BaseList, feeds: tuple[geofeeds.Entry, ...]) -> Policy:
    """The policy of a file without problems, with the list and the geofeeds that it names."""
    ruled = section.optional(CASES)
    handed = section.optional(HAND_OVER)
    return Policy(
        name=section.need(_NAME),
        version=section.need(_VERSION),
        contact=section.need(_CONTACT),
        supported=supported.build(section.need(SUPPORTED), base),
        measure=measure.build(section.need(MEASURE)),
        location=location.build(section.need(LOCATION)),
        networks=tuple(networks.build(item.value) for item in section.items(NETWORKS)),
        exemptions=tuple(organizations.build(item.value) for item in section.items(ORGANIZATIONS)),
        open_paths=tuple(path.value for path in section.items(OPEN_PATHS)),
        refusal=refusal.build(section.need(REFUSAL)),
        report_only=section.get(REPORT_ONLY, False),
        tests=tuple(expectations.build(item) for item in section.items(TESTS)),
        geofeeds=tuple(geofeeds.build(entry) for entry in feeds),
        cases=None if ruled is None else cases.build(ruled),
        providers=() if handed is None else hand_over.providers(handed),
        agreements=() if handed is None else hand_over.agreements(handed),
    )
