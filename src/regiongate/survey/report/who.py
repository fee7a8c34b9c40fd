"""The section of the page on the organizations that are most affected."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from regiongate.domain.facts import AutonomousSystem, Cloud
from regiongate.domain.survey import Key, Network, Surveyed
from regiongate.survey.report import drawings, words
from regiongate.survey.report.about import About
from regiongate.survey.report.figures import Figures
from regiongate.survey.report.markup import Content, Table, lines, outside, prose, section, whole
from regiongate.survey.report.sections import plot

SHOWN = 100
"""So many organizations are on the page; the tables have all."""

_NAMED = 5
"""So many networks, keys and so on of one organization are on the page."""


def who(found: Figures, about: About) -> str:
    """The plot, and the table with the facts that a notice must name."""
    top = [one for one in about.survey.organizations[:SHOWN] if _hard(one) or _unsupported(one)]
    if not top:
        return section("who", "Who is affected", prose("Nobody is.").html)
    drawn = drawings.organizations(top, style=False)
    picture = "" if drawn is None else plot(drawn, "The most affected organizations")
    table = Table(
        _caption(top, found.totals.affected),
        (
            "organization",
            "unsupported",
            "of all",
            "not allowed",
            "regions",
            "networks",
            "keys",
            "cloud or AS",
            "seen",
        ),
        [_row(one) for one in top],
        frozenset({1, 2, 3}),
        wide=True,
    )
    return section("who", "Who is affected", picture, table.html())


def _caption(top: Sequence[Surveyed], total: int) -> str:
    named = sum(one.id is not None for one in top)
    if named >= total:
        return f"All {words.counted(total, 'affected organization')}"
    return (
        f"{named:,} of {total:,} affected organizations, those with most unsupported requests "
        "first; organizations.csv and organizations.parquet have all"
    )


def _row(one: Surveyed) -> tuple[Content, ...]:
    seen = one.seen
    unsupported = seen.unsupported
    first = unsupported.first_seen or seen.first_seen
    last = unsupported.last_seen or seen.last_seen
    name: Content = "no organization in the log" if one.id is None else outside(one.id)
    state = [] if one.state == "ordinary" else [one.state]
    countries = sorted(unsupported.countries, key=lambda code: -unsupported.countries[code])
    networks = [network.network for network in seen.networks]
    return (
        lines([name, *state]),
        unsupported.part.requests,
        words.percent(unsupported.part.requests, seen.requests),
        _hard(one),
        _named(countries, len(countries), words.region),
        _named(networks, seen.networks_in_all, whole),
        _keys(one.keys),
        _owners(seen.networks),
        lines([*map(whole, words.ends(first, last)), words.counted(seen.days_active, "day")]),
    )


def _hard(one: Surveyed) -> int:
    """The requests that are not allowed."""
    return sum(n for verdict, n in one.seen.verdicts.items() if verdict != "allow")


def _unsupported(one: Surveyed) -> int:
    return one.seen.unsupported.part.requests + one.seen.disputed.requests


def _keys(keys: Sequence[Key]) -> Content:
    """The keys with unsupported requests; all of them where none has any."""
    named = [one for one in keys if one.key is not None]
    chosen = [one for one in named if one.seen.unsupported.part.requests] or named
    texts = [one.key for one in chosen if one.key is not None]
    return _named(texts, len(texts), outside)


def _owners(networks: Sequence[Network]) -> Content:
    """The clouds of the networks, or where there are none the autonomous systems."""
    clouds = [Cloud(one.cloud, one.cloud_region).words for one in networks if one.cloud]
    systems = [AutonomousSystem(one.asn, one.as_name).words for one in networks if one.asn]
    told = list(dict.fromkeys(clouds or systems))
    return _named(told, len(told))


def _named(names: Sequence[str], total: int, say: Callable[[str], Content] = str) -> Content:
    shown = names[:_NAMED]
    more = [f"and {total - len(shown):,} more"] if total > len(shown) else []
    told = [*map(say, shown), *more]
    return lines(told) if told else None
