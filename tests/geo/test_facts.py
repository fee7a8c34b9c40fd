"""Sources of facts: what the bundled clouds say, and what files of facts are read as."""

from __future__ import annotations

from datetime import date
from ipaddress import ip_address, ip_network
from pathlib import Path
from random import Random

import pytest
from cloudip import embedded

from regiongate.domain.errors import CannotRun
from regiongate.domain.facts import NO_FACTS, AutonomousSystem, Cloud, Facts, Site
from regiongate.domain.region import is_region_shape
from regiongate.geo.facts import FactTable, bundled, clouds, iporigin, providers
from regiongate.geo.facts.read import in_words, load_facts
from regiongate.geo.facts.table import together
from regiongate.geo.load import Hints
from regiongate.geo.mmdb import encode
from regiongate.geo.ranges import from_networks
from regiongate.geo.source import SourceError

DAY = date(2026, 11, 1)


@pytest.fixture(scope="module", name="table")
def _table() -> FactTable:
    return bundled.load(clouds.NAME)


def stated(table: FactTable, text: str) -> Facts:
    return table.facts_at(int(ip_address(text)))


def written(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.write_text(content)
    return path


def test_clouds_know_the_hard_case(table: FactTable) -> None:
    """An address of AWS in Hong Kong, with the place in words and as a region."""
    hong_kong = Cloud("AWS", "ap-east-1", Site("Hong Kong", "HK"))
    assert stated(table, "18.162.0.1") == Facts(cloud=hong_kong)
    assert stated(table, "2600:1f1c::1").cloud == Cloud(
        "AWS", "us-west-1", Site("Northern California, United States", "US")
    )
    assert stated(table, "192.0.2.1") == NO_FACTS


def test_clouds_say_when_and_whose_they_are() -> None:
    """Name, version, date, licence and digest come with the package, not from a clock."""
    known = clouds.source()
    assert (known.name, known.kind, known.licence) == ("clouds", "cloud", "MIT")
    assert known.version == known.date.isoformat()
    assert len(known.digest) == 64


@pytest.mark.slow
def test_clouds_are_those_of_the_package(table: FactTable) -> None:
    """At both ends of ranges the package's own lookup says the same; 20,000 addresses."""
    random = Random(1)  # noqa: S311
    for entry in random.sample(embedded.get_ips(), 10_000):
        network = ip_network(entry.ip_address)
        for address in (network[0], network[-1]):
            theirs = embedded.lookup(str(address))
            ours = stated(table, str(address)).cloud
            assert ours is not None
            assert ours.provider == providers.PROVIDERS[theirs.provider or ""]
            if theirs.region and theirs.region.lower() != "global":
                assert ours.region == theirs.region


def test_nearly_every_cloud_region_has_a_place(table: FactTable) -> None:
    """Those without one are named here; a new one fails the test until somebody looks it up."""
    regions = {fact.cloud for fact in table.facts if fact.cloud and fact.cloud.region}
    unplaced = {(c.provider, c.region) for c in regions if c.location is None}
    assert unplaced == {
        ("AWS", "us-south-1"),
        ("Azure", "northeurope2"),
        ("DigitalOcean", "US-MEM"),
        ("Google Cloud", "europe-west15"),
    }
    assert len(regions) > 225


def test_places_of_clouds_can_travel_in_a_header() -> None:
    """ASCII without quotes, and a code of ISO 3166."""
    for (provider, region), site in providers.sites().items():
        assert provider in providers.PROVIDERS
        assert site.name.isascii() and site.name.isprintable() and '"' not in site.name, region
        assert is_region_shape(site.region), region


def test_a_plain_list_states_its_label(tmp_path: Path) -> None:
    """Whatever it holds, networks, addresses or ranges, is of one kind."""
    path = written(tmp_path, "exits.txt", "# exits\n192.0.2.1\n198.51.100.0/24\n")
    table = load_facts(path, Hints(date=DAY, label=("tor",)), "anonymizer")
    assert stated(table, "198.51.100.9") == Facts(("tor",))
    assert stated(table, "192.0.2.2") == NO_FACTS
    assert (table.source.kind, table.source.name) == ("anonymizer", "exits")


@pytest.mark.parametrize(
    ("kind", "label", "message"),
    [
        ("anonymizer", "cloak", "'cloak' is no kind of anonymizer"),
        ("cloud", 'a"b', "is no name of a provider or of a cloud region"),
        ("as", "AS4294967296", "'AS4294967296' is no AS number"),
    ],
)
def test_a_label_that_means_nothing_is_refused(
    tmp_path: Path, kind: str, label: str, message: str
) -> None:
    """The error names what is wrong and what can be written."""
    path = written(tmp_path, "list.txt", "192.0.2.1\n")
    with pytest.raises(SourceError, match=message.replace("(", r"\(")):
        load_facts(path, Hints(date=DAY, label=(label,)), kind)


def test_kinds_may_stand_in_a_column(tmp_path: Path) -> None:
    """One file of several kinds, each row with its own; a wrong one is told with its line."""
    path = written(tmp_path, "kinds.csv", "192.0.2.0/24,VPN\n192.0.2.9/32,relay\n")
    table = load_facts(path, Hints(date=DAY), "anonymizer")
    assert stated(table, "192.0.2.1") == Facts(("vpn",))
    assert stated(table, "192.0.2.9") == Facts(("relay",))
    bad = written(tmp_path, "bad.csv", "192.0.2.0/24,vpn\n192.0.3.0/24,FR\n")
    with pytest.raises(SourceError, match=r"bad\.csv:2:"):
        load_facts(bad, Hints(date=DAY), "anonymizer")


@pytest.mark.parametrize(
    "record",
    [
        {"autonomous_system_number": 64500, "autonomous_system_organization": "Example"},
        {"asn": "AS64500", "as_name": "Example"},
    ],
)
def test_an_as_is_read_as_its_makers_write_it(tmp_path: Path, record: dict[str, object]) -> None:
    """MaxMind's fields and IPinfo's, without being named."""
    path = tmp_path / "as.mmdb"
    steps = from_networks([(ip_network("192.0.2.0/24"), 0)])
    path.write_bytes(
        encode(steps, [record], build_epoch=1_793_491_200, database_type="as", description="a test")
    )
    table = load_facts(path, Hints(), "as")
    assert stated(table, "192.0.2.7") == Facts(autonomous_system=AutonomousSystem(64500, "Example"))


def test_a_csv_of_clouds_names_provider_and_region(tmp_path: Path) -> None:
    """Columns of one's own; of nested ranges the most specific counts."""
    rows = "network,who,where\n192.0.2.0/24,aws,ap-east-1\n192.0.2.8/29,Example,lab\n"
    hints = Hints(date=DAY, fields=("who", "where"))
    table = load_facts(written(tmp_path, "clouds.csv", rows), hints, "cloud")
    assert stated(table, "192.0.2.1").cloud == Cloud("AWS", "ap-east-1", Site("Hong Kong", "HK"))
    assert stated(table, "192.0.2.9").cloud == Cloud("Example", "lab")
    assert in_words(table).regions == ("AWS ap-east-1, Hong Kong", "Example lab")


def test_sources_are_laid_together(tmp_path: Path, table: FactTable) -> None:
    """Kinds of all lists accumulate; of clouds the source that comes first counts."""
    ours = written(tmp_path, "ours.txt", "18.162.0.0/24\n")
    layers = [
        load_facts(ours, Hints(date=DAY, label=("hosting",)), "anonymizer"),
        load_facts(ours, Hints(date=DAY, label=("vpn",)), "anonymizer"),
        load_facts(ours, Hints(date=DAY, label=("Example",)), "cloud"),
        table,
    ]
    steps, facts = together(layers)
    inside = facts[steps.lookup(int(ip_address("18.162.0.1")))]
    beside = facts[steps.lookup(int(ip_address("18.162.1.1")))]
    assert inside == Facts(("hosting", "vpn"), Cloud("Example"))
    assert beside == stated(table, "18.162.1.1")


def test_iporigin_tells_relays_from_vpns() -> None:
    """The package counts Apple's relay among the VPNs; here it is a relay."""
    table = bundled.load("iporigin")
    assert {fact.anonymizers for fact in table.facts} == {
        ("hosting",),
        ("relay",),
        ("tor",),
        ("vpn",),
    }
    assert stated(table, "192.168.1.1") == NO_FACTS


def test_iporigin_is_asked_for_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra the error names it."""

    def absent(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(iporigin, "import_module", absent)
    with pytest.raises(CannotRun, match=r"pip install 'regiongate\[iporigin\]'"):
        bundled.source("iporigin")
