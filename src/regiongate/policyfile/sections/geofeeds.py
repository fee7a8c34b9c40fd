"""`geofeeds`: files (RFC 8805) in which the holders of networks say where these are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from regiongate.domain.errors import Problem
from regiongate.domain.network_rule import GeofeedRules, Network, NetworkRule, Origin
from regiongate.policyfile import geofeeds
from regiongate.policyfile.geofeeds import Correction, Feed
from regiongate.policyfile.instant import EXPIRY
from regiongate.policyfile.node import shown
from regiongate.policyfile.reader import Reader
from regiongate.policyfile.sections import networks
from regiongate.policyfile.shape import Found, Key, Mapping, Section
from regiongate.policyfile.text import CSV_FILE, SENTENCE

FILE = Key("file", CSV_FILE, "A geofeed beside the policy: a CSV file as in RFC 8805.")
REASON = Key("reason", SENTENCE, "Why, in a sentence.")
APPROVER = Key("approver", SENTENCE, "Who decided it.")
EXPIRES = Key("expires", EXPIRY, "When it ends: a date, or `never`.")
SHAPE = Mapping((FILE, REASON, APPROVER, EXPIRES))

_NOWHERE = "no region"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the section with the geofeed that it names."""

    section: Section
    feed: Feed


def read(items: tuple[Found[Section], ...], reader: Reader) -> tuple[Entry, ...]:
    """The geofeeds that can be read; the reader knows what is wrong with the others."""
    entries: dict[str, Entry] = {}
    for item in items:
        file = item.value.find(FILE)
        if file is None:
            continue
        if file.value in entries:
            message = f"`{file.value}` stands here a second time"
            reader.report(file.mark, "duplicate-geofeed", message, "keep one of the entries")
            continue
        feed = geofeeds.beside(file.value, file.mark, reader)
        if feed is not None:
            entries[file.value] = Entry(item.value, feed)
    return tuple(entries.values())


def check(
    entries: tuple[Entry, ...],
    named: tuple[Found[Section], ...],
    divided: set[str],
    reader: Reader,
) -> None:
    """No network is in two regions: not within a file, nor in two, nor against `networks`.

    Networks within each other are no contradiction: the most specific counts. `divided` are the
    countries of which the policy treats a part in its own way: there a row must not be vague.
    """
    seen = dict(_corrected(named, reader))
    for entry in entries:
        problems = []
        for row in entry.feed.corrections:
            where = f"{entry.feed.path}:{row.line}"
            said = row.region or _NOWHERE
            region, first = seen.setdefault(row.network, (said, where))
            if region != said:
                message = f"{row.network} ({said}) is {region} at {first}"
                problems.append(_problem(entry.feed, row, message))
            if row.vague and row.region in divided:
                problems.append(_vague(entry.feed, row, row.region))
        reader.problems += geofeeds.told(problems, entry.feed.path)


def build(entry: Entry) -> GeofeedRules:
    """The corrections of a geofeed without problems; what it says twice is said once."""
    reason, approver = entry.section.need(REASON), entry.section.need(APPROVER)
    expires = entry.section.need(EXPIRES)
    found: dict[Network, NetworkRule] = {}
    for row in entry.feed.corrections:
        origin = Origin(entry.feed.name, row.line)
        rule = NetworkRule(row.network, row.region, None, None, reason, approver, expires, origin)
        found.setdefault(row.network, rule)
    rules = tuple(found.values())
    return GeofeedRules(entry.feed.name, entry.feed.digest, reason, approver, expires, rules)


def _corrected(
    named: tuple[Found[Section], ...], reader: Reader
) -> Iterator[tuple[Network, tuple[str, str]]]:
    """What the policy file itself says of the regions of networks, and where."""
    for item in named:
        network, region = item.value.find(networks.NETWORK), item.value.find(networks.REGION)
        if network is not None and region is not None:
            yield network.value, (region.value, f"{reader.file}:{network.mark.line}")


def _vague(feed: Feed, row: Correction, country: str) -> Problem:
    message = f"`{shown(row.vague)}` is no code of a part of {country}, whose parts differ here"
    remedy = f"write a code of ISO 3166-2 such as {country}-…, or leave it empty for the country"
    return Problem(feed.path, row.line, 1, "geofeed-part", message, remedy)


def _problem(feed: Feed, row: Correction, message: str) -> Problem:
    remedy = "keep one of the two"
    return Problem(feed.path, row.line, 1, "overlapping-networks", message, remedy)
