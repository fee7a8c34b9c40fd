"""docs/decisions.md: what happens to whom, generated from the judge and reviewed as a table.

`REGIONGATE_REWRITE=1 pytest tests/compiler` writes it anew; review the difference.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

from regiongate.domain.hand_over import Agreement, Provider
from regiongate.domain.judge import judge
from regiongate.domain.location_rules import LocationRules
from regiongate.domain.measure import Measure, Phase
from regiongate.domain.network_rule import NetworkRule, Origin
from regiongate.domain.organization import ORDINARY, Organization, Standing, State, under
from regiongate.domain.place import Place
from regiongate.domain.policy import Dialect, Policy, PolicyExemption, RefusalStyle
from regiongate.domain.supported_list import ListChange, SupportedList, Territories
from regiongate.domain.verdict import Verdict

PAGE = Path(__file__).parents[2] / "docs" / "decisions.md"

STARTS = {phase: datetime(2024, month, 1, tzinfo=UTC) for month, phase in enumerate(Phase, start=6)}
NOW = datetime(2024, 9, 15, tzinfo=UTC)
OVER = NOW - timedelta(days=1)
ALLOW, WARN, BLOCK = Verdict.ALLOW, Verdict.WARN, Verdict.BLOCK
STATES = {state: Standing(state) for state in State}

POLICY = Policy(
    name="table",
    version="1",
    contact="mailto:access@example.com",
    supported=SupportedList("LIST", "1", frozenset({"FR"}), Territories.FOLLOW_STATE, ()),
    measure=Measure("UTC", tuple(STARTS.items())),
    location=LocationRules(("a", "b", "c"), 2, BLOCK, BLOCK, BLOCK, BLOCK, BLOCK, {}),
    networks=(),
    exemptions=(),
    open_paths=("/healthz",),
    refusal=RefusalStyle(Dialect.OPENAI, 403, "https://example.com/appeal", None),
    report_only=False,
    tests=(),
)

FRANCE, CHINA = Place(("FR",) * 3), Place(("CN",) * 3)
DISPUTED = Place(("FR", "CN", None))
CRIMEA = Place(("UA", "UA", "UA-43"))
UNKNOWN = Place((None,) * 3)
PRIVATE = Place((None,) * 3, "private-use", "private")
SPECIAL = Place((None,) * 3, "multicast", "special")


def _rule(
    region: str | None = None,
    verdict: Verdict | None = None,
    anonymizer: str | None = None,
    expires: datetime | None = None,
) -> NetworkRule:
    network = ip_network("198.51.100.0/24")
    return NetworkRule(network, region, verdict, anonymizer, "why", "who", expires)


def _row(region: str | None) -> NetworkRule:
    return replace(_rule(region), origin=Origin("acme.csv", 1))


def _stated(place: Place, *kinds: str) -> Place:
    return replace(place, anonymizers=kinds)


def _ruled(place: Place, rule: NetworkRule) -> Place:
    return replace(place, rules=(rule,))


def _located(**rules: object) -> Policy:
    return replace(POLICY, location=replace(POLICY.location, **rules))  # type: ignore[arg-type]


def _vpn(verdict: Verdict) -> Policy:
    return _located(anonymizers={"vpn": verdict})


def _aged(old: int, stale: Verdict) -> Policy:
    """So many of the sources are too old at every instant."""
    return _located(stale=stale, stale_from=(OVER.replace(year=2023),) * old)


_EXCEPTED = replace(
    POLICY,
    supported=replace(
        POLICY.supported,
        regions=frozenset({"UA"}),
        changes=(ListChange("except", "UA-43", "why", None, None, None),),
    ),
)
_SPOKEN = replace(_EXCEPTED, location=replace(POLICY.location, subdivisions="c"))

PLACES: list[tuple[str, Policy, Place]] = [
    ("on the list", POLICY, FRANCE),
    ("not on the list", POLICY, CHINA),
    *(
        (f"{name}, `{name}: {verdict}`", _located(**{name: verdict}), place)
        for name, place in (
            ("disputed", DISPUTED),
            ("unknown", UNKNOWN),
            ("private", PRIVATE),
            ("special", SPECIAL),
        )
        for verdict in (ALLOW, WARN, BLOCK)
    ),
    *(
        (f"not on the list by old sources, `stale: {verdict}`", _aged(3, verdict), CHINA)
        for verdict in (ALLOW, WARN, BLOCK)
    ),
    ("not on the list by two young sources and an old one", _aged(1, ALLOW), CHINA),
    ("on the list by old sources", _aged(3, ALLOW), FRANCE),
    ("disputed by old sources, `disputed: block`, `stale: warn`", _aged(3, WARN), DISPUTED),
    ("not on the list by a part that one source knows", _SPOKEN, CRIMEA),
    ("the same without a source that speaks for parts", _EXCEPTED, CRIMEA),
    ("a VPN on the list, `vpn: block`", _vpn(BLOCK), _ruled(FRANCE, _rule(anonymizer="vpn"))),
    ("a VPN on the list, `vpn: warn`", _vpn(WARN), _ruled(FRANCE, _rule(anonymizer="vpn"))),
    ("a VPN not on the list, `vpn: allow`", _vpn(ALLOW), _ruled(CHINA, _rule(anonymizer="vpn"))),
    ("stated a VPN, on the list, `vpn: block`", _vpn(BLOCK), _stated(FRANCE, "vpn")),
    ("stated a VPN and a relay, on the list", _vpn(BLOCK), _stated(FRANCE, "relay", "vpn")),
    ("a VPN without a rule, on the list", POLICY, _ruled(FRANCE, _rule(anonymizer="vpn"))),
    ("a network corrected to the list", POLICY, _ruled(CHINA, _rule(region="FR"))),
    ("a network corrected from the list", POLICY, _ruled(FRANCE, _rule(region="CN"))),
    ("a row of a geofeed from the list", POLICY, _ruled(FRANCE, _row("CN"))),
    ("a row of a geofeed without a country", POLICY, _ruled(FRANCE, _row(None))),
    ("a correction beside old sources", _aged(3, ALLOW), _ruled(FRANCE, _rule(region="CN"))),
    ("a network with `verdict: allow`", POLICY, _ruled(CHINA, _rule(verdict=ALLOW))),
    ("a network with `verdict: block`", POLICY, _ruled(FRANCE, _rule(verdict=BLOCK))),
    (
        "a network with `verdict: allow`, expired",
        POLICY,
        _ruled(CHINA, _rule(verdict=ALLOW, expires=datetime(2024, 1, 1, tzinfo=UTC))),
    ),
]


def _table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    headings = list(headings)
    yield f"| {' | '.join(headings)} |"
    yield f"|{'---|' * len(headings)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


def _cells(policy: Policy, place: Place, standing: Standing, path: str = "/") -> Iterator[str]:
    for phase, at in STARTS.items():
        assert policy.measure.phase(at) is phase
        decision = judge(policy, place, standing, at, path)
        rule = decision.rule.replace("198.51.100.0/24", "N")
        yield f"**{decision.verdict}** `{rule}`"


def _rows(standing: Standing) -> list[tuple[str, ...]]:
    """A row for each place; one row for all where they do not differ from each other."""
    rows = []
    for _, policy, place in PLACES:
        usual = list(_cells(policy, place, ORDINARY))
        cells = list(_cells(policy, place, standing))
        if standing != ORDINARY:
            pairs = zip(cells, usual, strict=True)
            cells = ["as an ordinary one" if cell == other else cell for cell, other in pairs]
        rows.append(tuple(cells))
    if len(set(rows)) == 1:
        return [("anywhere", *rows[0])]
    return [(name, *row) for (name, _, _), row in zip(PLACES, rows, strict=True)]


def _organizations() -> Iterator[tuple[str, ...]]:
    """The state in the table, the exemption in the policy, and what both make of it."""
    states = {
        "not in the table": None,
        "ordinary": ORDINARY,
        "exempt": STATES[State.EXEMPT],
        "exempt, ended": Standing(State.EXEMPT, OVER),
        "suspended": STATES[State.SUSPENDED],
        "suspended, ended": Standing(State.SUSPENDED, OVER),
    }
    exemptions = {
        "none": (),
        "in force": (PolicyExemption("org", "why", "who", None),),
        "expired": (PolicyExemption("org", "why", "who", OVER),),
    }
    for state, standing in states.items():
        cells = []
        for granted in exemptions.values():
            listed = () if standing is None else (Organization("org", standing),)
            found = {row.id: row for row in under(listed, replace(POLICY, exemptions=granted))}
            cells.append((found["org"].standing if found else ORDINARY).state_at(NOW).value)
        yield (state, *cells)


def _agreements() -> Iterator[tuple[str, ...]]:
    """Who is handed over to EAST, which serves one region and not the other."""
    east = replace(POLICY, providers=(Provider("EAST", frozenset({"CN"})),))
    standings = {
        "agreed": (ORDINARY, None),
        "agreed, ended": (ORDINARY, OVER.replace(year=2023)),
        "agreed, exempt": (STATES[State.EXEMPT], None),
        "agreed, suspended": (STATES[State.SUSPENDED], None),
    }
    for name, (standing, end) in standings.items():
        agreed = under(
            (Organization("org", standing),),
            replace(east, agreements=(Agreement("org", "EAST", "why", "who", end),)),
        )[0].standing
        yield f"{name}; a region that it serves", *_cells(east, CHINA, agreed)
        yield f"{name}; another one", *_cells(east, Place(("RU",) * 3), agreed)
    agreed = Standing(State.ORDINARY, handed_to="EAST")
    for name, policy, place in PLACES:
        both = replace(policy, providers=east.providers)
        usual, cells = list(_cells(policy, place, ORDINARY)), list(_cells(both, place, agreed))
        if cells != usual:
            yield f"agreed; {name}", *cells
    yield "agreed; an open path", *_cells(east, CHINA, agreed, "/healthz")
    yield "agreed; `report_only: true`", *_cells(replace(east, report_only=True), CHINA, agreed)


def _page() -> str:
    lines = [
        "# What happens to whom",
        "",
        "Generated by `tests/compiler/test_decisions_page.py` from the code that decides; a change",
        "of a rule shows here as a change of a table. `LIST` is the supported list, `N` a network.",
        "",
        "## Which organizations are exempt or suspended",
        "",
        "State in the organizations file, by the exemption that the policy grants:",
        "",
        *_table(("state", "no exemption", "exemption in force", "expired"), _organizations()),
    ]
    about = {
        State.ORDINARY: "An ordinary organization, or none that is known",
        State.EXEMPT: "An exempt organization",
        State.SUSPENDED: "A suspended organization",
    }
    for state, title in about.items():
        lines += [f"## {title}", "", *_table(("place", *STARTS), _rows(STATES[state]))]
    special = [
        ("an open path", POLICY, "/healthz"),
        ("`report_only: true`", replace(POLICY, report_only=True), "/"),
    ]
    rows = [
        (f"{name}, {state}", *_cells(policy, CHINA, standing, path))
        for name, policy, path in special
        for state, standing in STATES.items()
    ]
    lines += ["## From a region that is not on the list", "", *_table(("how", *STARTS), rows)]
    lines += [
        "## An organization that agreed to be served by a provider in region",
        "",
        "`EAST` serves CN. Of the places above, those where the agreement makes a difference.",
        "",
        *_table(("how", *STARTS), _agreements()),
    ]
    return "\n".join(lines).rstrip() + "\n"


def test_the_page_is_what_the_code_does() -> None:
    """The committed table is the one that the judge makes."""
    page = _page()
    if os.environ.get("REGIONGATE_REWRITE"):
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text("utf-8") == page
