"""The plots of a survey: where its requests come from, when, and whose they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from regiongate.domain.policy import Policy
from regiongate.domain.region import country_of
from regiongate.domain.survey import Surveyed
from regiongate.picture import Caption, Categories, Mark, Row, bars, outlines
from regiongate.picture import timeline as draw_timeline
from regiongate.picture import world_map as draw_world
from regiongate.survey.judged import VERDICTS
from regiongate.survey.report import words
from regiongate.survey.report.figures import Figures
from regiongate.survey.report.markup import shown

BARS = 20
"""So many organizations are drawn."""

LABELS = {
    "allow": "allowed",
    "warn": "warned",
    "block": "blocked",
    "suspended": "suspended",
    "hand-over": "handed over",
}
"""What is said of requests with each verdict."""

_NO_NAME = "no organization in the log"


def world(found: Figures, *, style: bool = True) -> str:
    """Every region by the verdict that most of its requests get, as SVG."""
    counts = _drawn(found)
    values = {code: max(VERDICTS, key=lambda one: of.get(one, 0)) for code, of in counts.items()}
    tips = {code: f"{words.region(code)}: {_told(of)}" for code, of in counts.items()}
    caption = Caption(
        "Where the requests come from",
        "Each region in the colour of the verdict that most of its requests get.",
    )
    scale = _categories(values.values())
    return draw_world(values, scale, caption, tooltips=tips, missing="no requests", style=style)


def timeline(found: Figures, policy: Policy, *, style: bool = True) -> str | None:
    """The requests of each day by verdict, and the dates of the measure, as SVG.

    The verdicts are those at the instant of judging, whatever the day. None where no row has a
    time.
    """
    if not found.days:
        return None
    zone = policy.measure.time_zone
    marks = [
        Mark(words.announced(at, zone), f"{phase} from") for phase, at in policy.measure.starts
    ]
    caption = Caption(
        "Requests a day, by the verdict they would get",
        "Every day judged as on the instant of judging; dashed lines are dates of the measure.",
    )
    scale = _categories(one for of in found.days.values() for one in of)
    return draw_timeline(found.days, scale, caption, marks=marks, style=style)


def organizations(found: Sequence[Surveyed], *, style: bool = True) -> str | None:
    """Of some organizations those with most requests that are not allowed; None for none."""
    rows = sorted((row for row in map(_bar, found) if row.total), key=lambda row: -row.total)
    if not rows:
        return None
    caption = Caption(
        "The most affected organizations", "Their requests that are not allowed, by verdict."
    )
    scale = _categories(verdict for row in rows[:BARS] for verdict in row.counts)
    return bars(rows[:BARS], scale, caption, style=style)


def _bar(one: Surveyed) -> Row:
    harder = {verdict: n for verdict, n in one.seen.verdicts.items() if verdict != "allow"}
    return Row(_NO_NAME if one.id is None else shown(one.id), harder)


def _categories(verdicts: Iterable[str]) -> Categories:
    """The verdicts that occur, in one order; all of them have their own shade."""
    present = set(verdicts)
    return Categories.of({one: LABELS[one] for one in VERDICTS if one in present})


def _drawn(found: Figures) -> dict[str, dict[str, int]]:
    """Requests by verdict of each region that can be drawn; a part that cannot is its country."""
    drawable = outlines().regions
    counts: dict[str, dict[str, int]] = {}
    for group in found.regions:
        code = group.name or ""
        code = code if code in drawable else country_of(code)
        if code in drawable:
            of = counts.setdefault(code, {})
            for verdict, requests in group.verdicts.items():
                of[verdict] = of.get(verdict, 0) + requests
    return counts


def _told(of: Mapping[str, int]) -> str:
    return ", ".join(f"{of[one]:,} {LABELS[one]}" for one in VERDICTS if of.get(one))
