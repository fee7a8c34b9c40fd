"""A house whose gateway has a small world in force, and somebody at each of its addresses."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from regiongate import policyfile
from regiongate.cli.options import catalogue_in
from regiongate.compiler.snapshot import Inputs
from regiongate.domain.facts import AutonomousSystem, Cloud, Facts, Site
from regiongate.domain.source import SourceNames
from regiongate.geo.facts import FactTable
from regiongate.geo.ranges import from_networks
from regiongate.server.house import House
from regiongate.store.database import Database
from tests.support.bundles import files, table
from tests.support.house import BLOCK, CASES, SUSPEND, WARN, Clock, house_over, visitor
from tests.support.policies import network, policy_text

SOURCES = ("iptoasn", "geo-whois", "ipfire")
FRENCH, CHINESE, DISPUTED, UNKNOWN, TOR = (f"20.0.{n}.7" for n in range(5))
CORRECTED, ALLOWED, HONG_KONG, EDGE, CRIMEA = (f"20.0.{n}.7" for n in range(5, 10))
SUPPORTED = {
    "except": [{"region": "UA-43", "reason": "Not under the state's control.", "basis": "A test."}]
}
HOSTILE = "<script>alert(1)</script>"

_VOTES = {
    FRENCH: ("FR", "FR", "FR"),
    CHINESE: ("CN", "CN", "CN"),
    DISPUTED: ("FR", "CN", ""),
    TOR: ("FR", "FR", "FR"),
    CORRECTED: ("CN", "CN", "CN"),
    ALLOWED: ("CN", "CN", "CN"),
    HONG_KONG: ("HK", "HK", ""),
    EDGE: ("CN", "CN", "CN"),
    CRIMEA: ("UA-43", "UA-43", "UA-43"),
}
_FACTS = (
    ("exits", "anonymizer", {TOR: Facts(("tor",))}),
    ("systems", "as", {HONG_KONG: Facts(autonomous_system=AutonomousSystem(64500, HOSTILE))}),
    (
        "clouds",
        "cloud",
        {
            HONG_KONG: Facts(cloud=Cloud("AWS", "ap-east-1", Site("Hong Kong", "HK"))),
            EDGE: Facts(cloud=Cloud("Cloudflare")),
        },
    ),
)


def around(address: str) -> str:
    """The network of an address of the world."""
    return f"{address.rpartition('.')[0]}.0/24"


def _stated(name: str, kind: str, said: dict[str, Facts]) -> FactTable:
    steps = from_networks([(ip_network(around(one)), row) for row, one in enumerate(said)])
    about = table(name, dict.fromkeys(map(around, said), "FR")).source
    return FactTable(replace(about, kind=kind), steps, tuple(said.values()))


def _bundle(folder: Path) -> dict[str, bytes]:
    path = folder / "world.yaml"
    path.write_text(
        policy_text(
            starts={"warn": WARN, "block": BLOCK, "suspend": SUSPEND},
            location={"facts": ["exits", "systems"], "anonymizers": {"tor": "block"}},
            networks=[
                network(around(CORRECTED), region="FR"),
                network(around(ALLOWED), verdict="allow"),
            ],
            supported=SUPPORTED,
            cases=CASES,
        ),
        "utf-8",
    )
    names = SourceNames((*SOURCES,), ("exits", "systems", "clouds"))
    tables = [
        table(name, {around(at): votes[row] for at, votes in _VOTES.items()})
        for row, name in enumerate(SOURCES)
    ]
    what = Inputs(
        policy=policyfile.load(path, names),
        policy_files={"policy.yaml": path.read_bytes()},
        tables=tables,
        facts=[_stated(*one) for one in _FACTS],
        policy_path=path,
    )
    return files(what, WARN)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> House:
    """The house of which each test gets a copy, with that generation in force."""
    folder = tmp_path_factory.mktemp("house")
    database = Database.open(f"sqlite:///{folder}/regiongate.db")
    found = house_over(database, folder, Clock(), supported=SUPPORTED)
    found.state.prepare()
    found.state.choose("a", found.state.install(_bundle(folder)))
    database.close()
    return found


@pytest.fixture
def house(built: House, tmp_path: Path, clock: Clock) -> Iterator[House]:
    """A house that speaks for a gateway with that generation in force."""
    folder = tmp_path / "house"
    shutil.copytree(built.settings.state_dir.parent, folder)
    settings = replace(
        built.settings,
        state_dir=folder / "state",
        policy=folder / "policy.yaml",
        store_url=f"sqlite:///{folder}/regiongate.db",
    )
    database = Database.open(settings.store_url)
    yield House(settings, database, catalogue_in(folder / "sources"), clock)
    database.close()


@pytest.fixture
def at(house: House) -> Callable[[str], TestClient]:
    """Somebody's browser at an address."""
    return lambda address: visitor(house, address)
