"""The pictures of the overview, drawn from sightings: the same colours as a survey's report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from markupsafe import Markup

from regiongate.control.overview import Counts
from regiongate.domain.policy import Policy
from regiongate.domain.region import country_of
from regiongate.picture import Caption, Categories, Mark, outlines
from regiongate.picture import timeline as draw_timeline
from regiongate.picture import world_map as draw_world
from regiongate.survey.report.drawings import LABELS
from regiongate.survey.report.words import announced, region

FIELDS = {
    "allow": "allowed",
    "warn": "warned",
    "block": "blocked",
    "suspended": "suspended",
    "hand-over": "handed_over",
}
"""Where the counts of each verdict are."""


def world(regions: Mapping[str | None, Counts]) -> Markup:
    """Every region in the colour of the verdict that most of its requests got."""
    counts = _drawn(regions)
    values = {code: max(FIELDS, key=lambda one: of[one]) for code, of in counts.items()}
    tips = {code: f"{region(code)}: {_told(of)}" for code, of in counts.items()}
    caption = Caption(
        "Where the requests come from",
        "Each region in the colour of the verdict that most of its requests got.",
    )
    scale = _categories(values.values())
    drawn = draw_world(values, scale, caption, tooltips=tips, missing="no requests", style=False)
    return Markup(drawn)  # noqa: S704 - our own drawing, of codes and counts


def timeline(
    days: Sequence[tuple[date, Counts]], policy: Policy | None, since: date, until: date
) -> Markup:
    """The requests of each day by verdict, with the dates of the measure drawn in."""
    found: dict[date, dict[str, int]] = {since: {}, until: {}}
    found |= {day: _verdicts(of) for day, of in days}
    marks = []
    if policy is not None:
        zone = policy.measure.time_zone
        dates = [(phase, announced(at, zone)) for phase, at in policy.measure.starts]
        marks = [Mark(day, f"{phase} from") for phase, day in dates if since <= day]
    caption = Caption(
        "Requests a day, by verdict", "Dashed lines are dates of the measure; days are in UTC."
    )
    scale = _categories(one for of in found.values() for one in of)
    drawn = draw_timeline(found, scale, caption, marks=marks, style=False)
    return Markup(drawn)  # noqa: S704 - our own drawing, of days and counts


def _categories(verdicts: Iterable[str]) -> Categories:
    present = set(verdicts)
    return Categories.of({one: LABELS[one] for one in FIELDS if one in present})


def _drawn(regions: Mapping[str | None, Counts]) -> dict[str, dict[str, int]]:
    """Requests by verdict of each region that can be drawn; a part that cannot is its country."""
    drawable = outlines().regions
    counts: dict[str, dict[str, int]] = {}
    for name, of in regions.items():
        code = name or ""
        code = code if code in drawable else country_of(code)
        if code in drawable:
            sums = counts.setdefault(code, dict.fromkeys(FIELDS, 0))
            for verdict, field in FIELDS.items():
                sums[verdict] += getattr(of, field)
    return counts


def _verdicts(of: Counts) -> dict[str, int]:
    found = {verdict: getattr(of, field) for verdict, field in FIELDS.items()}
    return {verdict: count for verdict, count in found.items() if count}


def _told(of: Mapping[str, int]) -> str:
    return ", ".join(f"{of[one]:,} {LABELS[one]}" for one in FIELDS if of[one])
