"""Gathering: what of the sightings and the books is evidence, and what nobody may hold against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from ipaddress import ip_network
from typing import Any

import pytest

from regiongate.control.suspend.gather import Gathered, gather
from regiongate.domain.evidence import Evidence
from regiongate.domain.exemption import Correction, Exemption, Scope
from regiongate.domain.network_rule import NetworkRule
from regiongate.domain.policy import Policy
from regiongate.domain.profile import Fact, FactKind, Holding, Owner, Profile
from regiongate.domain.sighting import Sighting
from regiongate.domain.verdict import Verdict
from regiongate.geo.source import SourceTable
from regiongate.store.database import Database
from regiongate.store.exemptions import Corrections, Exemptions
from regiongate.store.organizations import Organizations
from regiongate.store.sightings import Sightings
from tests.support.cases import CHINESE, FRENCH, sees
from tests.support.sightings import table
from tests.support.suspensions import AT, RULES, TABLES, WARN, policy, used

DAY = timedelta(days=1)
KEY = bytes.fromhex("0123456789abcdef" + "00" * 24)
LONG_AGO = date(2025, 1, 1)


def _gathered(
    database: Database,
    seen: Sequence[Sighting] = (),
    books: Sequence[Profile] = (),
    of: Policy | None = None,
    *granted: Exemption | Correction,
    tables: Sequence[SourceTable] = TABLES,
) -> Gathered:
    with database.writing() as connection:
        Sightings(connection).add(table(seen))
        Organizations(connection).put(books, WARN)
        for one in granted:
            if isinstance(one, Exemption):
                Exemptions(connection).grant(one)
            else:
                Corrections(connection).grant(one)
    with database.reading() as connection:
        return gather(connection, "acme", of or policy(), tables, AT)


def _acme(*facts: Fact, **more: Any) -> Profile:
    return Profile("acme", "Acme", None, facts=facts, **more)


def _fact(kind: FactKind = FactKind.CARD, country: str = "CN", **facts: Any) -> Fact:
    usual: dict[str, Any] = {"since": LONG_AGO, "until": None, "stated": LONG_AGO}
    return Fact(kind, country, source="books", **(usual | facts))


def _held(owned: str, owner: str, share: str, stated: date = LONG_AGO) -> Holding:
    return Holding(owned, owner, Fraction(share), "register", stated)


def _kinds(found: Sequence[Evidence]) -> list[str]:
    return [one.kind.value for one in found]


def test_traffic_counts_by_its_share(database: Database) -> None:
    """From the policy's share of the requests on, unsupported ones are evidence."""
    there = [used(AT - day * DAY, requests=10) for day in (20, 1)]
    fine = used(AT - 5 * DAY, region="FR", unsupported=0, requests=20, allowed=10)
    found = _gathered(database, [*there, fine])
    [traffic] = found.evidence
    assert traffic.kind == "traffic"
    assert dict(traffic.detail) == {
        "requests": 40,
        "unsupported": 20,
        "regions": ["CN"],
        "days": 2,
    }
    assert (traffic.first, traffic.last) == (there[0].first, there[1].last)
    one_more = replace(fine, network=FRENCH, requests=1, allowed=1, blocked=0)
    assert _gathered(database, [one_more]).evidence == ()


def test_traffic_is_judged_by_the_sources_of_today(database: Database) -> None:
    """Where the sources have come to see a network in a supported region, it is no evidence."""
    seen = [used(AT - day * DAY) for day in (20, 1)]
    assert _kinds(_gathered(database, seen).evidence) == ["traffic"]
    assert _gathered(database, tables=(sees({CHINESE: "FR"}),)).evidence == ()


def test_only_what_is_looked_back_at_counts(database: Database) -> None:
    """Neither traffic from before the policy looks back nor from after the instant counts."""
    old = AT - RULES.look_back - DAY
    assert _gathered(database, [used(old), used(old + 20 * DAY), used(AT + DAY)]).evidence == ()


def test_many_countries_are_of_one_key_on_one_day(database: Database) -> None:
    """Countries, not their parts, of one key on one day count; several keys do not add up."""
    for day in (20, 1):
        seen = [
            used(AT - day * DAY, region=region, unsupported=0, network=f"20.0.{number}.0/24")
            for number, region in enumerate(("FR", "UA", "UA-30", "DE"))
        ]
        found = _gathered(database, seen)
    [evidence] = found.evidence
    assert evidence.kind == "many-countries"
    assert dict(evidence.detail) == {
        "most": 3,
        "keys": 1,
        "days": 2,
        "countries": ["DE", "FR", "UA"],
    }
    with database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM sighting")
    keys = [
        used(AT - day * DAY, region=region, unsupported=0, key=region)
        for day in (20, 1)
        for region in ("FR", "UA", "DE")
    ]
    assert _gathered(database, keys).evidence == ()


def test_anonymizers_count_by_their_share(database: Database) -> None:
    """From the policy's share of the requests on, those that hide a client are evidence."""
    seen = [used(AT - day * DAY, region="FR", unsupported=0, anonymized=5) for day in (20, 1)]
    [evidence] = _gathered(database, seen).evidence
    assert dict(evidence.detail) == {"requests": 20, "anonymized": 10, "days": 2}


@pytest.mark.parametrize("by", ["key", "network", "correction", "policy", "policy-allows"])
def test_what_was_decided_is_not_held_against(database: Database, by: str) -> None:
    """Traffic of an exempt key or network, or of one that lies elsewhere, is no evidence."""
    seen = [used(AT - day * DAY, anonymized=10) for day in (20, 1)]
    inner = ip_network("20.0.1.128/25")
    why: Any = {"reason": "a branch in Geneva", "approver": "bob", "granted": WARN, "expires": None}
    granted: tuple[Exemption | Correction, ...] = ()
    of = policy()
    if by == "key":
        granted = (Exemption("E-1", Scope.KEY, None, KEY, None, **why),)
    elif by == "network":
        granted = (Exemption("E-1", Scope.NETWORK, None, None, inner, **why),)
    elif by == "correction":
        granted = (Correction("C-1", inner, "CH", **why),)
    else:
        from_policy = NetworkRule(inner, "CH", None, None, "a branch", "bob", None)
        if by == "policy-allows":
            from_policy = replace(from_policy, region=None, verdict=Verdict.ALLOW)
        of = policy(networks=(from_policy,))
    assert _kinds(_gathered(database, seen).evidence) == ["traffic", "anonymizers"]
    assert _gathered(database, (), (), of, *granted).evidence == ()


def test_a_correction_to_an_unsupported_region_spares_nothing(database: Database) -> None:
    """Who was found to be in another unsupported region is not excused by it."""
    seen = [used(AT - day * DAY) for day in (20, 1)]
    moved = Correction("C-1", ip_network(CHINESE), "RU", "seen there", "bob", WARN, None)
    assert _kinds(_gathered(database, seen, (), None, moved).evidence) == ["traffic"]


def test_facts_that_hold_are_evidence(database: Database) -> None:
    """A fact of an unsupported country counts while it holds, with those that speak against it."""
    facts = (_fact(), _fact(country="FR"), _fact(FactKind.PHONE, "FR"))
    [card] = _gathered(database, (), [_acme(*facts)]).evidence
    assert (card.kind, card.detail["supported"], card.last) == ("card", ["FR"], AT)
    assert card.first.date() == LONG_AGO


WRONG = [
    {"until": date(2026, 7, 1)},
    {"since": date(2026, 7, 21)},
    {"stated": date(2026, 7, 21)},
    {"country": "FR"},
]


@pytest.mark.parametrize("facts", WRONG, ids=str)
def test_facts_that_do_not_hold_are_none(database: Database, facts: dict[str, Any]) -> None:
    """What has ended, has not begun, was not said yet or is of a supported country is none."""
    found = _gathered(database, (), [_acme(_fact(**facts))])
    assert found.evidence == found.brief == ()


def test_a_fact_counts_from_when_it_was_said(database: Database) -> None:
    """Where nobody knows since when, it holds since somebody said so."""
    fresh = _fact(since=None, stated=(AT - 3 * DAY).date())
    found = _gathered(database, (), [_acme(fresh)])
    assert (found.evidence, _kinds(found.brief)) == ((), ["card"])


def test_owners_count_through_other_organizations(database: Database) -> None:
    """Chains lead through owners and organizations; of these the registration says the country."""
    owners = (Owner("fund", "Fund", None), Owner("state", "State", "CN"))
    acme = _acme(holdings=(_held("acme", "beta", "0.9"),))
    holdings = (_held("beta", "fund", "0.8"), _held("fund", "state", "0.7"))
    beta = Profile(
        "beta",
        "Beta",
        None,
        facts=(_fact(FactKind.REGISTRATION, "FR"),),
        holdings=(*holdings, _held("fund", "acme", "0.1")),
        owners=owners,
    )
    found = _gathered(database, (), [acme, beta])
    [evidence] = found.evidence
    assert found.ownership is not None
    # 0.9 · 0.8 · 0.7, and again and again through the tenth of the fund that is acme's.
    assert found.ownership.unsupported == Fraction(504, 1000) / (1 - Fraction(72, 1000))
    assert evidence.detail["chains"] == [{"owners": ["beta", "fund", "state"], "share": "63/125"}]
    registered = replace(beta, facts=(_fact(FactKind.REGISTRATION, "CN"),))
    found = _gathered(database, (), [acme, registered])
    assert found.ownership is not None
    assert found.ownership.unsupported == Fraction(9, 10)


def test_half_is_not_more_than_half(database: Database) -> None:
    """The policy's share must be exceeded, and what nobody knows does not help to."""
    half = _acme(
        holdings=(_held("acme", "state", "0.5"), _held("acme", "somebody", "0.5")),
        owners=(Owner("somebody", "Somebody", None), Owner("state", "State", "CN")),
    )
    found = _gathered(database, (), [half])
    assert found.evidence == ()
    assert found.ownership is not None
    assert found.ownership.unknown == Fraction(1, 2)
    more = replace(
        half, holdings=(_held("acme", "state", "0.500000001"), _held("acme", "somebody", "0.4"))
    )
    assert _kinds(_gathered(database, (), [more]).evidence) == ["ownership"]


def test_impossible_shares_are_told(database: Database) -> None:
    """Shares over 100 % are a problem, no evidence of owners, and not in the way of other kinds."""
    owners = (Owner("state", "State", "CN"), Owner("other", "Other", "CN"))
    held = (_held("acme", "state", "0.9"), _held("acme", "other", "0.2"))
    found = _gathered(database, (), [_acme(_fact(), holdings=held, owners=owners)])
    assert found.problems == ("110 % of acme is held by other, state",)
    assert found.ownership is None
    assert _kinds(found.evidence) == ["card"]


def test_an_unknown_organization_has_no_evidence(database: Database) -> None:
    """Where the books know nothing and nothing was seen, nothing speaks for a suspension."""
    assert _gathered(database) == Gathered((), (), None, ())
