"""Policies, places, standings and instants, drawn from pools so small that things collide."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

from hypothesis import strategies as st

from regiongate.domain.hand_over import Provider
from regiongate.domain.location_rules import LocationRules
from regiongate.domain.measure import Measure, Phase
from regiongate.domain.network_rule import NetworkRule, Origin
from regiongate.domain.organization import ORDINARY, Standing, State
from regiongate.domain.place import Place
from regiongate.domain.policy import Dialect, Policy, RefusalStyle
from regiongate.domain.supported_list import ListChange, SupportedList, Territories
from regiongate.domain.verdict import Verdict

DATES = [datetime(2024, month, 9, 7, tzinfo=UTC) for month in range(3, 10)]
"""Few, so that dates of different things often fall together."""

REGIONS = ["FR", "DE", "GG", "CN", "HK", "UA", "UA-43"]
NAMED = ["FR", "GG", "GB", "CN", "UA", "UA-43"]
"""What a list and its changes speak of: regions, the state of one, the country of a part."""
KINDS = ["tor", "vpn"]
STATED = [*KINDS, "hosting", "relay"]
PROVIDERS = ["east", "west"]
OPEN_PATHS = ["/healthz", "/legal/*", "/legal/terms", "/v1/mo*"]
PATHS = [
    "/v1/chat/completions",
    "/healthz",
    "/healthz?x=/legal/",
    "/healthz/",
    "/legal",
    "/legal/",
    "/legal/terms",
    "/legal/a/b.html?q",
    "/legal/%2e%2e/v1",
    "/legal/..;/v1",
]

dates = st.sampled_from(DATES)
maybe_dates = st.none() | dates
instants = st.builds(
    lambda date, seconds: date + timedelta(seconds=seconds),
    dates,
    st.sampled_from([-1, 0, 1, 86400 * 10]),
)
place_verdicts = st.sampled_from([Verdict.ALLOW, Verdict.WARN, Verdict.BLOCK])


@st.composite
def _changes(draw: st.DrawFn) -> tuple[ListChange, ...]:
    """Changes of one region begin at different instants, as a valid policy file has them."""
    drawn = draw(
        st.lists(
            st.tuples(st.sampled_from(NAMED), maybe_dates),
            unique=True,
            max_size=8,
        )
    )
    actions = st.sampled_from(["add", "remove", "except"])
    ends = st.none() | st.none() | dates
    return tuple(
        ListChange(draw(actions), region, "why", None, start, draw(ends)) for region, start in drawn
    )


_served = st.frozensets(st.sampled_from(["CN", "HK", "UA", "UA-43"]), min_size=1)
_providers = st.lists(
    st.builds(Provider, st.sampled_from(PROVIDERS), _served),
    unique_by=lambda provider: provider.name,
    max_size=2,
).map(tuple)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Any policy, without tests and networks (a place brings its own)."""
    sources = ("a", "b", "c")[: draw(st.integers(1, 3))]
    ages = st.lists(maybe_dates, min_size=len(sources), max_size=len(sources))
    phases = draw(st.lists(st.sampled_from(list(Phase)), unique=True, min_size=1))
    phases.sort(key=list(Phase).index)
    starts = sorted(draw(st.lists(dates, unique=True, min_size=4, max_size=4)))
    return Policy(
        name="100% drawn",
        version="1",
        contact="mailto:a@example.com",
        supported=SupportedList(
            name="drawn",
            version="1",
            regions=draw(st.frozensets(st.sampled_from(["DE", *NAMED]))),
            territories=draw(st.sampled_from(Territories)),
            changes=draw(_changes()),
        ),
        measure=Measure("UTC", tuple(zip(phases, starts, strict=False))),
        location=LocationRules(
            sources=sources,
            agree=draw(st.integers(1, len(sources))),
            unknown=draw(place_verdicts),
            private=draw(place_verdicts),
            special=draw(place_verdicts),
            disputed=draw(place_verdicts),
            stale=draw(place_verdicts),
            anonymizers=draw(st.dictionaries(st.sampled_from(KINDS), place_verdicts)),
            subdivisions=draw(st.none() | st.sampled_from(sources)),
            stale_from=tuple(draw(st.just([]) | ages)),
        ),
        networks=(),
        exemptions=(),
        open_paths=tuple(draw(st.lists(st.sampled_from(OPEN_PATHS), unique=True, max_size=3))),
        refusal=RefusalStyle(draw(st.sampled_from(Dialect)), 403, "https://example.com/a", None),
        report_only=draw(st.integers(0, 4)) == 0,
        tests=(),
        providers=draw(_providers),
    )


@st.composite
def _rules(draw: st.DrawFn) -> tuple[NetworkRule, ...]:
    """Rules for networks inside of each other, the narrowest first, each saying one thing."""
    found = []
    for prefix in draw(st.lists(st.sampled_from([28, 24, 16]), unique=True)):
        says = draw(st.sampled_from(["region", "verdict", "anonymizer"]))
        fed = draw(st.none() | st.sampled_from(["acme.csv", "other.csv"]))
        if fed is not None:
            says = draw(st.sampled_from(["region", "region", "nothing"]))
        rule = NetworkRule(
            network=ip_network(f"7.0.0.0/{prefix}"),
            region=draw(st.sampled_from(REGIONS)) if says == "region" else None,
            verdict=draw(place_verdicts) if says == "verdict" else None,
            anonymizer=draw(st.sampled_from(KINDS)) if says == "anonymizer" else None,
            reason="why",
            approver="who",
            expires=draw(maybe_dates),
            origin=None if fed is None else Origin(fed, prefix),
        )
        found.append(rule)
    return tuple(sorted(found, key=lambda rule: -rule.network.prefixlen))


@st.composite
def places(draw: st.DrawFn, sources: int) -> Place:
    """Any place about which so many sources were asked."""
    votes = st.lists(st.none() | st.sampled_from(REGIONS), min_size=sources, max_size=sources)
    special, group = draw(
        st.sampled_from([(None, None)] * 4 + [("loopback", "private"), ("multicast", "special")])
    )
    kinds = draw(st.just([]) | st.lists(st.sampled_from(STATED), unique=True))
    return Place(tuple(draw(votes)), special, group, draw(_rules()), tuple(sorted(kinds)))


_agreed = st.tuples(st.sampled_from(PROVIDERS), maybe_dates)
_states = st.just(ORDINARY) | st.builds(
    Standing, st.sampled_from([State.EXEMPT, State.SUSPENDED]), maybe_dates
)
standings = _states | st.builds(
    lambda held, agreed: replace(held, handed_to=agreed[0], handed_until=agreed[1]),
    _states,
    _agreed,
)
paths = st.sampled_from(PATHS)
