"""The sections of the page, each from the numbers that it shows."""

from __future__ import annotations

from collections.abc import Sequence

from regiongate.domain.facts import Cloud, advice_on
from regiongate.survey.report import drawings, words
from regiongate.survey.report.about import About
from regiongate.survey.report.figures import MOST_ROWS, Figures, Group
from regiongate.survey.report.markup import (
    Content,
    Markup,
    Table,
    folded,
    lines,
    prose,
    section,
)

_OPEN = 12
"""So many regions stand open; the rest is behind a line."""


def plot(svg: str, name: str) -> str:
    """A plot in a frame that scrolls by itself where the page is narrow."""
    return f'<div class="plot frame" role="region" aria-label="{name}" tabindex="0">{svg}</div>'


def where(found: Figures) -> str:
    """The map and the table behind it."""
    rows = [_region_row(group) for group in found.regions]
    parts = [f'<div class="plot fit">{drawings.world(found, style=False)}</div>{_legend(found)}']
    parts.append(_regions("Requests by region, most affected first", rows[:_OPEN]).html())
    if rows[_OPEN:]:
        rest = rows[_OPEN : _OPEN + MOST_ROWS]
        title = words.counted(len(rest), "more region")
        parts.append(folded(title, _regions("The other regions", rest).html()))
    return section("where", "Where from", *parts)


def when(found: Figures, about: About) -> str:
    """The plot over time."""
    drawn = drawings.timeline(found, about.policy, style=False)
    if drawn is None:
        return section("when", "When", prose("The log has no times.").html)
    rows = [
        (day.isoformat(), sum(of.values()), sum(n for one, n in of.items() if one != "allow"))
        for day, of in found.days.items()
    ]
    shown = rows[-MOST_ROWS:]
    left = f", the last {MOST_ROWS} of {len(rows):,}" if len(rows) > MOST_ROWS else ""
    caption = f"Requests by day (UTC){left}"
    table = Table(caption, ("day", "requests", "affected"), shown, frozenset({1, 2}))
    return section("when", "When", plot(drawn, "Timeline"), folded("Requests by day", table.html()))


def clouds(found: Figures) -> str:
    """Affected requests that leave from clouds, and what would help there."""
    if not found.clouds:
        return ""
    table = Table(
        "Affected requests from clouds",
        ("cloud", "seen in", "requests", "organizations", "what helps"),
        [
            (
                Cloud(one.provider, one.region).words,
                ", ".join(one.seen_in) or None,
                one.requests,
                one.organizations,
                Markup(prose(advice_on(Cloud(one.provider, one.region))).html),
            )
            for one in found.clouds
        ],
        frozenset({2, 3}),
        wide=True,
    )
    said = "A call from a cloud shows where its machine is, not where its owner is."
    return section("clouds", "Calls from clouds", prose(said).html, table.html())


def attested(about: About) -> str:
    """What trusted organizations say of their own users, where anybody was asked for."""
    found = about.survey.attested
    if not found:
        return ""
    table = Table(
        "Countries that organizations attest",
        ("organization", "requests by country", "unsupported", "unreadable"),
        [
            (
                one.organization,
                ", ".join(f"{code} {n:,}" for code, n in one.countries.items()) or None,
                one.unsupported,
                one.unread,
            )
            for one in found
        ],
        frozenset({2, 3}),
        wide=True,
    )
    said = (
        "Where these organizations say that their own users are. It is their word: it stands "
        "beside the countries that were seen and changes no number elsewhere on this page."
    )
    return section("attested", "Attested countries", prose(said).html, table.html())


def unsure(found: Figures, about: About) -> str:
    """What is disputed, what has no region, and what could not be read."""
    rules = about.policy.location
    parts = [
        prose(
            f"Disputed: fewer than {rules.agree} of {len(rules.sources)} sources agree on which "
            f"side of the list an address is. The policy's word on them is {rules.disputed}."
        ).html,
        groups("Disputed requests by region", "region", found.disputed),
        prose(
            "Without a region: no source knows them, or they are special-purpose. The policy says "
            f"{rules.unknown} for unknown, {rules.private} for private and {rules.special} for "
            "other special-purpose places."
        ).html,
        groups("Requests without a region, by class", "class", found.unplaced),
        _rejected(about),
    ]
    return section("unsure", "Disputed, unknown, rejected", *parts)


def judged_with(found: Figures, about: About) -> str:
    """Policy, instant, rules and sources."""
    policy = about.policy
    judging, zone = about.survey.judging, policy.measure.time_zone
    facts: list[tuple[Content, ...]] = [
        ("policy", f"{policy.name} {policy.version}"),
        ("supported list", f"{policy.supported.name} {policy.supported.version}".strip()),
        ("instant of judging", lines([words.instant(judging.at, zone), judging.because])),
        ("phase then", str(policy.measure.phase(judging.at))),
        *((f"{phase} from", words.instant(at, zone)) for phase, at in policy.measure.starts),
        ("sources that must agree", policy.location.agree),
    ]
    sources = [
        (
            one.name,
            one.kind,
            one.version,
            one.date.isoformat(),
            Markup("<strong>STALE</strong>") if one in about.stale else "fresh",
            one.age.days(about.latest),
            one.licence,
        )
        for one in about.sources
    ]
    return section(
        "with",
        "What was judged with",
        Table("Policy and instant", ("what", "is"), facts).html(),
        Table(
            "Sources",
            ("source", "kind", "version", "data of", "age", "days", "licence"),
            sources,
            frozenset({5}),
        ).html(),
        groups("Affected requests by rule", "rule", found.rules),
    )


def _legend(found: Figures) -> str:
    """The legend of the map in letters that a phone shows large enough."""
    shades = "".join(
        f'<li><span style="background:var(--{verdict})"></span>{label}</li>'
        for verdict, label in drawings.LABELS.items()
        if any(verdict in group.verdicts for group in found.regions)
    )
    return f'<ul class="legend">{shades}</ul>'


def _regions(caption: str, rows: Sequence[Sequence[Content]]) -> Table:
    heads = ("region", "allowed", "warned", "refused", "requests", "organizations")
    return Table(caption, heads, rows, frozenset({1, 2, 3, 4, 5}))


def _region_row(group: Group) -> tuple[Content, ...]:
    return (words.region(group.name), *_counts(group))


def _counts(group: Group) -> tuple[int, int, int, int, int]:
    of = group.verdicts
    warned = of.get("warn", 0) + of.get("hand-over", 0)
    refused = of.get("block", 0) + of.get("suspended", 0)
    return of.get("allow", 0), warned, refused, group.requests, group.organizations


def groups(caption: str, what: str, found: Sequence[Group]) -> str:
    """A table of groups, of which `what` is the heading; a sentence when there are none."""
    if not found:
        return prose(f"{caption}: none.").html
    left = f", {MOST_ROWS} of {len(found):,}" if len(found) > MOST_ROWS else ""
    name = words.region if what == "region" else (lambda text: text)
    rows = [(name(group.name), *_counts(group)) for group in found[:MOST_ROWS]]
    heads = (what, "allowed", "warned", "refused", "requests", "organizations")
    return Table(caption + left, heads, rows, frozenset({1, 2, 3, 4, 5})).html()


def _rejected(about: About) -> str:
    if not about.survey.rows.rejected:
        return prose("No row was rejected.").html
    rows = sorted(about.rejected.items(), key=lambda row: (-row[1], row[0]))
    told = Table(
        "Rejected rows by reason", ("reason", "rows"), rows[:MOST_ROWS], frozenset({1})
    ).html()
    count = words.counted(about.survey.rows.rejected, "row")
    said = f"Rejected: {count} of {about.survey.rows.read:,} could not be counted."
    return prose(said).html + (told if rows else "")
