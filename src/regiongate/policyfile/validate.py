"""The rules that a policy file must keep beyond the form of each value."""

from __future__ import annotations

from datetime import datetime

from regiongate.domain.measure import Phase
from regiongate.policyfile import document
from regiongate.policyfile.lists import BaseList
from regiongate.policyfile.reader import Reader
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
from regiongate.policyfile.shape import Section


def validate(
    root: Section, base: BaseList | None, feeds: tuple[geofeeds.Entry, ...], reader: Reader
) -> None:
    """Every rule, on as much of the file as could be read."""
    ruled: set[str] = set()
    sources: tuple[str, ...] = ()
    divided: set[str] = set()
    if (section := root.optional(document.SUPPORTED)) is not None:
        supported.check(section, base, reader)
        divided = supported.divided(section, base)
    if (section := root.optional(document.MEASURE)) is not None:
        measure.check(section, reader)
    if (section := root.optional(document.LOCATION)) is not None:
        location.check(section, reader)
        ruled = set(location.anonymizers(section))
        sources = tuple(source.value for source in section.items(location.SOURCES))
    if (section := root.optional(document.REFUSAL)) is not None:
        refusal.check(section, reader)
    if (section := root.optional(document.CASES)) is not None:
        cases.check(section, blocks=_blocks(root), reader=reader)
    if (section := root.optional(document.HAND_OVER)) is not None:
        hand_over.check(section, reader)
    networks.check(root.items(document.NETWORKS), ruled, reader)
    geofeeds.check(feeds, root.items(document.NETWORKS), divided, reader)
    organizations.check(root.items(document.ORGANIZATIONS), reader)
    expectations.check(root.items(document.TESTS), sources, reader)
    _check_open_paths(root, reader)


def _blocks(root: Section) -> bool:
    """Whether the measure names a date for the block, be it a wrong one."""
    section = root.optional(document.MEASURE)
    return section is None or section.says(measure.STARTS[Phase.BLOCK])


def expired(root: Section, at: datetime, reader: Reader) -> None:
    """Report every override and exemption that has ended: what it allowed no longer holds."""
    overrides = (item.value.find(networks.EXPIRES) for item in root.items(document.NETWORKS))
    fed = (item.value.find(geofeeds.EXPIRES) for item in root.items(document.GEOFEEDS))
    exempt = (item.value.find(organizations.EXPIRES) for item in root.items(document.ORGANIZATIONS))
    handed = root.optional(document.HAND_OVER)
    agreed = () if handed is None else handed.items(hand_over.ORGANIZATIONS)
    agreements = (item.value.find(hand_over.EXPIRES) for item in agreed)
    for expires in (*overrides, *fed, *exempt, *agreements):
        if expires is not None and expires.value is not None and expires.value <= at:
            message = f"This entry expired at {expires.value:%Y-%m-%dT%H:%M:%SZ}"
            remedy = "remove it, or have it approved again with a new date"
            reader.report(expires.mark, "expired", message, remedy)


def _check_open_paths(root: Section, reader: Reader) -> None:
    seen: set[str] = set()
    for path in root.items(document.OPEN_PATHS):
        if path.value in ("/*", "*"):
            remedy = "name what must stay open, or write `report_only: true`"
            reader.report(path.mark, "opens-everything", f"`{path.value}` opens every path", remedy)
        if path.value in seen:
            message = f"`{path.value}` stands here a second time"
            reader.report(path.mark, "duplicate-path", message, "keep one of them")
        seen.add(path.value)
