"""The fact book of a bundle: what it holds, when it is taken over, and how damage is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import maxminddb
import pytest

from regiongate.compiler.facts import FactBook, draw, facts_of, lookup
from regiongate.compiler.reader import BundleReader
from regiongate.compiler.snapshot import Inputs
from regiongate.compiler.verify import verify
from regiongate.domain.facts import AutonomousSystem, Cloud, Facts, Site
from regiongate.geo.facts import FactTable
from regiongate.geo.mmdb import encode, read
from regiongate.geo.ranges import from_networks
from tests.support.bundles import files, folder_inputs, seal, table, write

WORLD = Path(__file__).parent / "world"
AT = datetime(2024, 6, 30, tzinfo=UTC)

HONG_KONG = Cloud("AWS", "ap-east-1", Site("Hong Kong", "HK"))
CLOUDS = {"18.162.0.0/16": Facts(cloud=HONG_KONG), "9.9.9.0/24": Facts(cloud=Cloud("Example"))}
SYSTEMS = {"18.160.0.0/13": Facts(autonomous_system=AutonomousSystem(64500, "Example"))}
EXITS = {"18.162.7.0/24": Facts(("tor",))}


def layer(name: str, kind: str, said: dict[str, Facts]) -> FactTable:
    """A source of facts of which nothing but its content matters."""
    steps = from_networks([(ip_network(network), row) for row, network in enumerate(said)])
    about = table(name, dict.fromkeys(said, "FR")).source
    return FactTable(replace(about, kind=kind), steps, tuple(said.values()))


LAYERS = (layer("clouds", "cloud", CLOUDS), layer("systems", "as", SYSTEMS))


@pytest.fixture(scope="module", name="inputs")
def _inputs() -> Inputs:
    return replace(folder_inputs(WORLD), facts=LAYERS)


@pytest.fixture(scope="module", name="made")
def _made(inputs: Inputs) -> dict[str, bytes]:
    return files(inputs, AT)


def test_records_are_read_by_everybody(tmp_path: Path) -> None:
    """The official reader finds cloud, words, AS and kinds where others look for them."""
    path = tmp_path / "facts.mmdb"
    path.write_bytes(draw([layer("exits", "anonymizer", EXITS), *LAYERS]).database)
    with maxminddb.open_database(path) as database:
        assert database.get("18.162.7.9") == {
            "anonymizers": ["tor"],
            "autonomous_system_number": 64500,
            "autonomous_system_organization": "Example",
            "cloud": {
                "provider": "AWS",
                "region": "ap-east-1",
                "location": "Hong Kong",
                "iso": "HK",
            },
            "isp": "AWS ap-east-1, Hong Kong",
        }
        assert database.get("9.9.9.9") == {"cloud": {"provider": "Example"}, "isp": "Example"}
        assert database.get("192.0.2.1") is None


@pytest.mark.parametrize("text", ["18.162.7.9", "18.161.0.1", "9.9.9.9", "192.0.2.1"])
def test_a_bundle_says_what_its_sources_state(
    made: dict[str, bytes], tmp_path: Path, text: str
) -> None:
    """Read back from the bundle, and asked of the sources directly."""
    address = ip_address(text)
    bundle = BundleReader(write(made, tmp_path / "bundle"))
    assert bundle.facts(address) == lookup(LAYERS, int(address))
    assert [source["name"] for source in bundle.manifest["facts"]] == ["clouds", "systems"]


def test_a_bundle_with_facts_is_sound(made: dict[str, bytes], tmp_path: Path) -> None:
    """The verifier, which is other code, has nothing against it, and neither has Envoy."""
    assert verify(write(made, tmp_path / "bundle"), envoy=False) == []


def test_facts_that_decide_nothing_leave_the_atlas(inputs: Inputs, made: dict[str, bytes]) -> None:
    """Clouds and AS are words only: other ones are another fact book over the same verdicts."""
    other = files(replace(inputs, facts=LAYERS[:1]), AT)
    assert other["verdict.mmdb"] == made["verdict.mmdb"]
    assert other["facts.mmdb"] != made["facts.mmdb"]


def test_a_fact_book_is_taken_over(inputs: Inputs, made: dict[str, bytes], tmp_path: Path) -> None:
    """Where its sources are the same none of them is read; a damaged parent hands nothing down."""
    parent = BundleReader(write(made, tmp_path / "bundle")).parent()
    taken = FactBook(parent.book_digest, b"the parent's")
    unread = replace(parent, book=lambda: taken)
    assert files(inputs, AT, parent=unread)["facts.mmdb"] == b"the parent's"
    assert files(replace(inputs, facts=()), AT, parent=unread)["facts.mmdb"] != b"the parent's"
    (tmp_path / "bundle" / "facts.mmdb").write_bytes(b"harmed")
    assert BundleReader(tmp_path / "bundle").parent().book_digest == ""


def _rewrite(change: Callable[[dict[str, Any]], None]) -> Callable[[Path], None]:
    def apply(path: Path) -> None:
        found = read(path)
        records: list[dict[str, Any]] = json.loads(json.dumps(list(found.records)))
        for record in records:
            change(record)
        path.write_bytes(
            encode(
                found.steps,
                records,
                build_epoch=found.metadata["build_epoch"],
                database_type=found.metadata["database_type"],
                description="forged",
            )
        )

    return apply


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_cut, "cannot be read"),
        (_rewrite(lambda it: it.update(isp="AWS us-east-1")), "are not those for its cloud"),
        (_rewrite(lambda it: it.update(anonymizers=["vpn"])), "not those of the verdict database"),
        (_rewrite(lambda it: it.update(anonymizers=["cloak"])), "are not known"),
        (_rewrite(lambda it: it.update(verdict="allow")), "the record is none of facts"),
        (_rewrite(lambda it: it.update(autonomous_system_number="x")), "the number of the AS"),
    ],
)
def test_damage_is_found(
    made: dict[str, bytes], tmp_path: Path, change: Callable[[Path], None], message: str
) -> None:
    """Whatever was done to it, with digests that fit, verification says so."""
    folder = write(made, tmp_path / "bundle")
    change(folder / "facts.mmdb")
    seal(folder)
    said = [one for one in verify(folder, envoy=False) if one.check == "facts"]
    assert any(message in one.message for one in said), said


def test_a_record_reads_back() -> None:
    """A record that is none of facts is an error, not a guess."""
    with pytest.raises((KeyError, TypeError, AttributeError)):
        facts_of({"cloud": {"region": "ap-east-1"}})
