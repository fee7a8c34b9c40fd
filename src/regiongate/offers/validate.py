"""What must hold between the keys of an offers file, beyond the form of each."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

from regiongate.domain.offer import Kind
from regiongate.domain.region import country_of
from regiongate.offers import document, incentive
from regiongate.policyfile.node import Mark
from regiongate.policyfile.reader import Reader
from regiongate.policyfile.shape import Found, Key, Section

_OF_CURRENT = (document.REGIONS, document.OPENS, document.CLOSES, document.ENDPOINTS)
"""What must be known of an offer before anybody is sent there."""


def validate(root: Section, reader: Reader) -> None:
    """Report everything that is wrong between keys."""
    offers = root.items(document.OFFERS)
    names = [name for offer in offers if (name := offer.value.find(document.NAMED)) is not None]
    _once(((name.value, name.mark) for name in names), "The offer `{}`", reader)
    for offer in offers:
        _offer(offer.value, reader)


def _offer(section: Section, reader: Reader) -> None:
    # Of an offer without a kind only that is said: what else it needs depends on it.
    kind = section.get(document.KIND, Kind.HISTORY)
    if kind is Kind.CURRENT:
        _require(section, _OF_CURRENT, reader)
        _require_day(section, reader)
    given = section.find(document.INCENTIVE)
    if given is not None:
        incentive.check(given.value, kind, reader)
    _dates(section, reader)
    _regions(section, reader)
    _prices(section, reader)
    endpoints = (item.value.find(document.SPEAKS) for item in section.items(document.ENDPOINTS))
    _once(_places(endpoints), "An endpoint that speaks `{}`", reader)
    _once(_places(section.items(document.CONDITIONS)), "`{}`", reader)
    _once(_places(section.items(document.FEATURES)), "`{}`", reader)


def _require(section: Section, keys: Iterable[Key[Any]], reader: Reader) -> None:
    for key in keys:
        if not section.says(key):
            message = (
                f"`{key.name}` is missing, and nobody can be sent to a current offer without it"
            )
            remedy = "add it, or write `kind: history`"
            reader.report(section.mark, "missing-key", message, remedy)


def _require_day(section: Section, reader: Reader) -> None:
    dated = section.find(document.DATED_AT)
    if dated is not None and len(dated.value) < len("2024-06-26"):
        message = "Of a current offer the day of its source is known"
        reader.report(dated.mark, "bad-date", message, "write the day, such as 2024-06-26")


def _dates(section: Section, reader: Reader) -> None:
    opens, closes = section.find(document.OPENS), section.find(document.CLOSES)
    if opens is None or closes is None or closes.value is None or opens.value < closes.value:
        return
    message = "The offer closes before it opens"
    reader.report(closes.mark, "dates-out-of-order", message, "put the two in order")


def _regions(section: Section, reader: Reader) -> None:
    regions, excepted = section.items(document.REGIONS), section.items(document.EXCEPT)
    _once(_places((*regions, *excepted)), "{}", reader)
    listed = {found.value for found in regions}
    for part in excepted:
        if country_of(part.value) not in listed:
            message = f"{country_of(part.value)} is not served, so {part.value} is no exception"
            reader.report(part.mark, "bad-region", message, "remove it, or name the country")


def _prices(section: Section, reader: Reader) -> None:
    prices = section.find(document.PRICES)
    if prices is None:
        return
    said = []
    for item in prices.value.items(document.EACH):
        model = item.value.optional(document.MODEL_KEY)
        kind = item.value.optional(document.TOKEN_KIND)
        if model is not None and kind is not None:
            said.append((f"{model} {kind}", item.mark))
    _once(said, "The price of {} tokens", reader)


def _places(found: Iterable[Found[Any] | None]) -> Iterable[tuple[Hashable, Mark]]:
    return ((one.value, one.mark) for one in found if one is not None)


def _once(found: Iterable[tuple[Hashable, Mark]], what: str, reader: Reader) -> None:
    first: dict[Hashable, int] = {}
    for value, mark in found:
        if value in first:
            message = f"{what.format(value)} stands here a second time"
            reader.report(
                mark, "duplicate", message, f"keep this one or that of line {first[value]}"
            )
        first.setdefault(value, mark.line)
