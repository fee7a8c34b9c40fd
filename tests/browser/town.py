"""A town: a house with all that a provider has after a measure, for a browser to walk through.

It is made by the use cases wherever there is one, from fixed data at fixed instants, so that each
run shows the same pages.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from regiongate.compiler.envoy.settings import Endpoint
from regiongate.control.gateway.build import inputs
from regiongate.control.sources import fetch as fetch_source
from regiongate.control.sources.bring import How
from regiongate.domain.contact import Contact
from regiongate.domain.profile import Fact, FactKind, Profile, ProfileContact
from regiongate.domain.sighting import Sighting
from regiongate.geo.store.recipe import Recipe
from regiongate.server.house import House
from regiongate.store.database import Database
from regiongate.store.organizations import Organizations
from regiongate.store.sightings import Sightings
from tests.browser.lives import AT, BLOCK, DAY, WARN, decide, live
from tests.browser.people import NETWORKS, UNSUPPORTED, Inhabitant, inhabitants
from tests.support.bundles import files
from tests.support.house import CASES, Clock, house_over
from tests.support.sightings import sighting, table
from tests.support.sources import csv, write

REQUEST = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
"""The id of a request in the log, whose path is hostile."""

_MADE_ON = date(2026, 8, 12)


def build(folder: Path, port: int) -> House:
    """A house on a port, over a new store in a folder; its clock stands at AT."""
    database = Database.open(f"sqlite:///{folder}/regiongate.db")
    url = f"http://127.0.0.1:{port}"
    cases = CASES | {"site": f"{url}/region-access"}
    house = house_over(database, folder, Clock(AT), version="2026-06", cases=cases)
    house.settings = replace(house.settings, url=url, listen=Endpoint("127.0.0.1", port))
    _add_sources(folder, house)
    house.state.prepare()
    of = inputs(folder / "policy.yaml", None, house.catalogue)
    house.state.choose("a", house.state.install(files(of, AT - 6 * DAY)))
    known = inhabitants()
    with house.writing() as connection:
        Organizations(connection).put([_profile(one) for one in known], WARN)
        Sightings(connection).add(table(seen for one in known for seen in _seen(one)))
    for one in known:
        live(house, one)
    decide(house)
    _log(house)
    return house


def _profile(one: Inhabitant) -> Profile:
    """All are known to live where they call from, and one in ten has no contact."""
    contact = ProfileContact(Contact(f"it@{one.id}.example", one.language), verified=True)
    contacts = () if one.id.startswith("iris") else (contact,)
    billed = Fact(FactKind.BILLING, one.region, date(2025, 1, 1), None, "invoices", _MADE_ON)
    return Profile(one.id, one.name, None, contacts, facts=(billed,))


def _seen(one: Inhabitant) -> Iterator[Sighting]:
    """What was seen of one: every third day from before the announcement until yesterday."""
    for back in range(1 + len(one.id) % 3, 100, 3):
        day = AT - back * DAY
        noon = datetime.combine(day.date(), time(12), UTC)
        count = one.daily + (one.daily * (back * 7 % 13)) // 20
        yield _day(one, noon, count)


def _day(one: Inhabitant, noon: datetime, count: int) -> Sighting:
    is_affected = one.region in UNSUPPORTED
    if is_affected and noon >= BLOCK:
        count = max(3, count // 4)
    verdict = "allowed"
    if is_affected and noon >= WARN:
        verdict = "blocked" if noon >= BLOCK else "warned"
    counts = dict.fromkeys(("allowed", "warned", "blocked", "suspended", "handed_over"), 0)
    return sighting(
        organization=one.id,
        network=one.network,
        region=one.region,
        day=noon.date(),
        requests=count,
        unsupported=count if is_affected else 0,
        disputed=0,
        tokens=None,
        first=noon,
        last=noon + timedelta(hours=1),
        **(counts | {verdict: count}),
    )


def _add_sources(folder: Path, house: House) -> None:
    """Three sources of a few networks each, which agree on all but Hong Kong."""
    store = house.catalogue.store
    assert store is not None
    for name in ("iptoasn", "geo-whois", "ipfire"):
        said = {network: region for region, network in NETWORKS.items()}
        if name == "ipfire":
            said[NETWORKS["HK"]] = "CN"
        file = write(folder / f"{name}.csv", csv(said))
        recipe = Recipe(name, file=str(file), licence="CC-BY-4.0", replaces_bundled=True)
        how = How(AT - 6 * DAY, {}, date=_MADE_ON, accept=True)
        fetch_source.add(store, recipe, how)


def _log(house: House) -> None:
    """One line as Envoy writes it."""
    line = {
        "time": "2026-08-20T11:42:07.123Z",
        "request_id": REQUEST,
        "address": "1.2.4.8",
        "country": "CN",
        "region": None,
        "class": "unsupported",
        "verdict": "block",
        "would": None,
        "rule": "list:openai-2024-08",
        "organization": "<b>peking</b>",
        "key": None,
        "method": "POST",
        "host": "api.example.com",
        "path": "/v1/chat?<script>alert(1)</script>",
        "status": 403,
        "bytes": 512,
        "duration_ms": 1,
        "generation": house.state.current(),
    }
    house.state.access_log.write_text(json.dumps(line, separators=(",", ":")) + "\n", "utf-8")
