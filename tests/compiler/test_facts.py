"""Sources of facts laid over the others: what they state of an address belongs to its place."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import IPv4Address, ip_network
from pathlib import Path

import pytest

from regiongate.compiler.geography import Finder, layout
from regiongate.compiler.reader import BundleReader
from regiongate.compiler.snapshot import Inputs
from regiongate.compiler.verify import verify
from regiongate.domain.facts import Cloud, Facts
from regiongate.domain.judge import judge
from regiongate.domain.organization import ORDINARY
from regiongate.domain.source import SourceNames
from regiongate.geo.facts.table import FactTable
from regiongate.geo.ranges import from_networks
from regiongate.policyfile import load
from tests.support.bundles import files, folder_inputs, table, write

WORLD = Path(__file__).parent / "world"
AT = datetime(2024, 7, 10, tzinfo=UTC)


def _facts(name: str, said: dict[str, Facts]) -> FactTable:
    steps = from_networks([(ip_network(network), row) for row, network in enumerate(said)])
    about = table(name, dict.fromkeys(said, "FR")).source
    source = replace(about, kind="anonymizer")
    return FactTable(source, steps, tuple(said.values()))


LAYERS = (
    _facts(
        "listed",
        {
            "2.0.0.0/26": Facts(("vpn", "hosting")),
            "2.0.0.64/26": Facts((), Cloud("aws", "eu-west-3")),
            "9.9.9.0/24": Facts(("tor",)),
        },
    ),
    _facts(
        "relays",
        {"2.0.0.32/27": Facts(("relay",)), "2.0.0.128/25": Facts((), Cloud("aws", "eu-west-1"))},
    ),
)


@pytest.fixture(scope="module", name="inputs")
def _inputs(tmp_path_factory: pytest.TempPathFactory) -> Inputs:
    """The world with two sources of facts; its policy has a verdict on `vpn`."""
    what = folder_inputs(WORLD)
    folder = tmp_path_factory.mktemp("world")
    text = what.policy_files["policy.yaml"].decode()
    named = text.replace("  stale: block\n", "  stale: block\n  facts: [listed, relays]\n")
    content = {**what.policy_files, "policy.yaml": named.encode()}
    path = write(content, folder) / "policy.yaml"
    policy = load(path, SourceNames(what.policy.location.sources, ("listed", "relays")))
    return replace(what, policy=policy, policy_files=content, facts=LAYERS)


@pytest.mark.parametrize(
    ("address", "kinds", "rule"),
    [
        ("2.0.0.1", ("hosting", "vpn"), "anonymizer:vpn"),
        ("2.0.0.33", ("hosting", "relay", "vpn"), "list:openai-2024-08"),
        ("2.0.0.65", (), "list:openai-2024-08"),
        ("2.0.0.200", (), "list:openai-2024-08"),
        ("9.9.9.9", ("tor",), "location:unknown"),
    ],
)
def test_what_is_stated_is_part_of_the_place(
    inputs: Inputs, address: str, kinds: tuple[str, ...], rule: str
) -> None:
    """In the whole space, for one address, and read back from a bundle."""
    number = int(IPv4Address(address))
    steps, places = layout(inputs.policy, inputs.tables, inputs.facts)
    place = places[steps.lookup(number)]
    assert place.anonymizers == kinds
    assert judge(inputs.policy, place, ORDINARY, AT).rule == rule
    assert Finder(inputs.policy, inputs.tables, inputs.facts).place(number) == place


def test_a_bundle_keeps_what_is_stated(inputs: Inputs, tmp_path: Path) -> None:
    """The verifier, which is other code, finds it sound; its manifest names the sources."""
    folder = write(files(inputs, AT), tmp_path / "bundle")
    bundle = BundleReader(folder)
    assert [source["name"] for source in bundle.manifest["facts"]] == ["listed", "relays"]
    assert bundle.policy.location.facts == ("listed", "relays")
    assert bundle.place(IPv4Address("2.0.0.33")).anonymizers == ("hosting", "relay", "vpn")
    assert verify(folder, envoy=False) == []


def test_facts_that_decide_nothing_make_no_place(inputs: Inputs) -> None:
    """A source that only knows clouds leaves places and steps as they are."""
    clouds = _facts(
        "clouds", {f"2.0.0.{n}/32": Facts((), Cloud("aws", f"region-{n}")) for n in range(100)}
    )
    assert layout(inputs.policy, inputs.tables, (clouds,)) == layout(inputs.policy, inputs.tables)
