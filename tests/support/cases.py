"""A small world of cases: a policy over sources made here, organizations, their sightings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from ipaddress import ip_network
from typing import Any

from regiongate.control.notices.desk import Desk, desk
from regiongate.domain.contact import Contact
from regiongate.domain.measure import Measure, Phase
from regiongate.domain.policy import Policy
from regiongate.domain.profile import Profile, ProfileContact
from regiongate.domain.sighting import Sighting
from regiongate.geo.ranges import from_networks
from regiongate.geo.source import SourceTable
from regiongate.notify.sender import Sender
from regiongate.store.database import Database
from regiongate.store.organizations import Organizations
from regiongate.store.sightings import Sightings
from tests.support.sightings import sighting, table
from tests.support.surveys import SOURCE, example

WARN = datetime(2026, 6, 1, tzinfo=UTC)
BLOCK = datetime(2026, 6, 15, tzinfo=UTC)
SUSPEND = datetime(2026, 7, 15, tzinfo=UTC)
SENDER = Sender("Example API", "notices@example.com", "bounces@example.com", "example.com")
SECRET = bytes(32)

CHINESE, FRENCH, DIVIDED = "20.0.1.0/24", "20.0.0.0/24", "20.0.2.0/24"


def sees(said: Mapping[str, str]) -> SourceTable:
    """A source that says this."""
    regions = sorted(set(said.values()))
    rows = [(ip_network(of), regions.index(region)) for of, region in said.items()]
    return SourceTable(SOURCE, from_networks(rows), tuple(regions), {})


TABLE = sees({FRENCH: "FR", CHINESE: "CN", "20.0.2.0/25": "FR", "20.0.2.128/25": "CN"})


def policy(agree: int = 1, **facts: Any) -> Policy:
    """The example policy with the dates of this world, over as many sources as must agree."""
    found = example()
    names = tuple(f"source-{number}" for number in range(agree))
    measure = Measure("UTC", ((Phase.WARN, WARN), (Phase.BLOCK, BLOCK), (Phase.SUSPEND, SUSPEND)))
    world: dict[str, Any] = {
        "location": replace(found.location, sources=names, agree=agree, stale_from=()),
        "measure": measure,
        "networks": (),
    }
    return replace(found, **(world | facts))


def desk_of(of: Policy) -> Desk:
    """The desk of a policy."""
    return desk(of, SENDER, SECRET)


def know(database: Database, *names: str, at: datetime = WARN) -> None:
    """Let the books know organizations, each with one contact."""
    profiles = [
        Profile(
            name,
            f"{name.title()} Ltd",
            None,
            (ProfileContact(Contact(f"it@{name}.example", "en"), verified=True),),
        )
        for name in names
    ]
    with database.writing() as connection:
        Organizations(connection).put(profiles, at)


def saw(name: str, network: str, region: str, at: datetime, **facts: Any) -> Sighting:
    """What was seen of an organization on the day of an instant."""
    noon = datetime.combine(at.date(), time(12), UTC)
    last = noon + timedelta(hours=1)
    known: dict[str, Any] = {"day": at.date(), "first": noon, "last": last}
    where = {"organization": name, "network": network, "region": region}
    return sighting(**(known | where | facts))


def see(database: Database, *found: Sighting) -> None:
    """Keep sightings."""
    with database.writing() as connection:
        Sightings(connection).add(table(found))
