"""The section of the page on what is unusual about keys: numbers to look into, and no proof."""

from __future__ import annotations

from collections.abc import Iterator

from regiongate.domain.survey import Key, Surveyed
from regiongate.survey.report import words
from regiongate.survey.report.about import About
from regiongate.survey.report.figures import Figures
from regiongate.survey.report.markup import Content, Table, outside, prose, section, whole
from regiongate.survey.report.sections import groups

_SHOWN = 50
_MANY = 3
"""From so many countries on one day on, a key is named."""

_NO_PROOF = (
    "These are numbers to look into. They are no proof: people travel, share offices, and use "
    "networks that end in other countries."
)


def signals(found: Figures, about: About) -> str:
    """Keys seen in many countries on one day, journeys, and requests through anonymizers."""
    return section(
        "signals",
        "Signals",
        prose(_NO_PROOF).html,
        _countries(about),
        _journeys(about),
        groups("Requests through anonymizers", "kinds", found.anonymized),
    )


def _countries(about: About) -> str:
    found = [(one, key) for one, key in _keys(about) if key.most_countries >= _MANY]
    if not found:
        return prose(f"No key was seen in {_MANY} or more countries on one day.").html
    found.sort(key=lambda pair: (-pair[1].most_countries, pair[0].id or "", pair[1].key or ""))
    rows = [
        (
            _organization(one),
            _key(key),
            key.most_countries,
            None if key.on is None else whole(key.on.isoformat()),
        )
        for one, key in found[:_SHOWN]
    ]
    heads = ("organization", "key", "countries", "on")
    caption = f"Keys in most countries on one day{_left(len(rows), len(found))}"
    return Table(caption, heads, rows, frozenset({2}), wide=True).html()


def _journeys(about: About) -> str:
    found = [(one, key, moved) for one, key in _keys(about) for moved in key.journeys]
    total = sum(key.journeys_in_all for _, key in _keys(about))
    if not found:
        return prose("No key moved faster than an airliner.").html
    found.sort(key=lambda row: (-row[2].km, row[0].id or "", row[1].key or "", row[2].at))
    rows = [
        (
            _organization(one),
            _key(key),
            f"{words.region(moved.departure)} to {words.region(moved.arrival)}",
            whole(f"{moved.at:%Y-%m-%d %H:%M}"),
            moved.km,
            f"{moved.hours:g}",
            moved.kmh,
        )
        for one, key, moved in found[:_SHOWN]
    ]
    heads = ("organization", "key", "from and to", "at (UTC)", "km", "hours", "km/h")
    caption = (
        f"Faster than an airliner, between the middles of two regions{_left(len(rows), total)}"
    )
    return Table(caption, heads, rows, frozenset({4, 5, 6}), wide=True).html()


def _keys(about: About) -> Iterator[tuple[Surveyed, Key]]:
    for one in about.survey.organizations:
        for key in one.keys:
            yield one, key


def _organization(one: Surveyed) -> Content:
    return None if one.id is None else outside(one.id)


def _key(key: Key) -> Content:
    return None if key.key is None else outside(key.key)


def _left(shown: int, total: int) -> str:
    return f", {shown:,} of {total:,}; survey.json has more" if shown < total else ""
