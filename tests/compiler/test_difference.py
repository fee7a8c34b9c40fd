"""What changes between two policies and between two bundles, counted address by address."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

import pytest

from regiongate.compiler.difference import AddressChange, address_changes, bundle_changes
from regiongate.compiler.envoy.gate import DATABASE
from regiongate.compiler.snapshot import Inputs
from regiongate.domain.errors import CannotRun
from regiongate.domain.network_rule import NetworkRule
from regiongate.domain.organization import Organization, Standing, State
from regiongate.domain.policy import Policy
from regiongate.domain.supported_list import ListChange
from regiongate.domain.verdict import Verdict
from regiongate.geo.facts import FactTable, clouds
from regiongate.geo.source import SourceTable
from regiongate.geo.steps import constant
from tests.support.bundles import files, folder_inputs, write

WORLD = Path(__file__).parent / "world"
AT = datetime(2024, 7, 10, tzinfo=UTC)
ALLOW, WARN, BLOCK = Verdict.ALLOW, Verdict.WARN, Verdict.BLOCK


@pytest.fixture
def inputs() -> Inputs:
    """The inputs of the small world."""
    return folder_inputs(WORLD)


@pytest.fixture
def tables(inputs: Inputs) -> dict[str, SourceTable]:
    """Its sources by name."""
    return {table.source.name: table for table in inputs.tables}


def _without_france(policy: Policy) -> Policy:
    change = ListChange("remove", "FR", "why", None, None, None)
    supported = replace(policy.supported, changes=(*policy.supported.changes, change))
    return replace(policy, supported=supported)


def test_a_policy_does_not_differ_from_itself(
    inputs: Inputs, tables: dict[str, SourceTable]
) -> None:
    """No change, no row."""
    assert address_changes(inputs.policy, inputs.policy, AT, tables) == []


def test_every_address_of_a_removed_region_is_counted(
    inputs: Inputs, tables: dict[str, SourceTable]
) -> None:
    """The networks of the region without the anonymizer in it, and the one corrected to it."""
    after = _without_france(inputs.policy)
    (row,) = address_changes(inputs.policy, after, AT, tables)
    corrected = 256
    assert row == AddressChange("FR", ALLOW, BLOCK, 256 + (65536 - 256) + corrected)


def test_most_addresses_come_first(inputs: Inputs, tables: dict[str, SourceTable]) -> None:
    """Rows are grouped by region and pair of verdicts, and sorted by their number."""
    rules = (
        NetworkRule(ip_network("7.0.128.0/17"), None, ALLOW, None, "why", "who", None),
        NetworkRule(ip_network("9.0.0.0/30"), None, ALLOW, None, "why", "who", None),
    )
    after = _without_france(replace(inputs.policy, networks=(*inputs.policy.networks, *rules)))
    assert address_changes(inputs.policy, after, AT, tables) == [
        AddressChange("FR", ALLOW, BLOCK, 256 + 65536 - 256 + 256),
        AddressChange("CN", BLOCK, ALLOW, 1 << 15),
        AddressChange(None, BLOCK, ALLOW, 4),
    ]


def test_policies_with_other_sources_are_compared(
    inputs: Inputs, tables: dict[str, SourceTable]
) -> None:
    """Where only one source is asked, what was disputed is not any more."""
    location = replace(inputs.policy.location, sources=("geo-whois",), agree=1)
    after = replace(inputs.policy, location=location)
    assert address_changes(inputs.policy, after, AT, tables) == [
        AddressChange("CN", WARN, BLOCK, 256)
    ]


def test_bundles_differ_in_facts_addresses_rows_and_organizations(
    inputs: Inputs, tmp_path: Path
) -> None:
    """Each kind of difference is told, and what is the same is not."""
    rows = {row.id: row for row in inputs.organizations}
    after = replace(
        inputs,
        policy=_without_france(inputs.policy),
        organizations=(
            rows["org-suspended"],
            replace(rows["org-ordinary"], keys=(bytes(32),)),
            Organization("org-new", Standing(State.EXEMPT)),
        ),
    )
    old = write(files(inputs, AT), tmp_path / "old")
    new = write(files(after, AT), tmp_path / "new")
    found = bundle_changes(old, new)
    assert {row.entry for row in found.manifest} == {"generation"}
    assert found.addresses == tuple(
        address_changes(inputs.policy, after.policy, AT, {t.source.name: t for t in inputs.tables})
    )
    said = {(row.organization, row.before, row.after) for row in found.organizations}
    assert said == {
        ("org-new", None, "exempt"),
        ("org-ordinary", "ordinary, 1 keys", "ordinary, 1 keys (others)"),
        ("org-pausing", "suspended until 2024-09-01T00:00:00Z", None),
    }
    appeared = {row.standing for row in found.rows if row.before is None}
    assert "exempt" in appeared


def test_another_version_of_a_source_of_facts_is_told(inputs: Inputs, tmp_path: Path) -> None:
    """What clouds and anonymizers are told by is in the manifest, and so in the difference."""
    source = replace(clouds.source(), version="before")
    stated = FactTable(source, constant(), ())
    after = replace(stated, source=replace(source, version="after"))
    old = write(files(replace(inputs, facts=(stated,)), AT), tmp_path / "old")
    new = write(files(replace(inputs, facts=(after,)), AT), tmp_path / "new")
    entries = {row.entry for row in bundle_changes(old, new).manifest}
    assert entries == {"generation", "facts.clouds.version"}


def test_a_bundle_does_not_differ_from_itself(inputs: Inputs, tmp_path: Path) -> None:
    """Not in a single entry."""
    folder = write(files(inputs, AT), tmp_path / "bundle")
    found = bundle_changes(folder, folder)
    assert (found.manifest, found.addresses, found.rows, found.organizations) == ((), (), (), ())


def test_bundles_are_compared_at_the_later_of_their_instants(
    inputs: Inputs, tmp_path: Path
) -> None:
    """A date between two bundles of one policy is no difference in what they say."""
    early = write(files(inputs, datetime(2024, 7, 1, tzinfo=UTC)), tmp_path / "early")
    late = write(files(inputs, AT), tmp_path / "late")
    found = bundle_changes(early, late)
    assert found.at == AT
    assert (found.addresses, found.rows) == ((), ())
    assert {row.entry for row in found.manifest} == {"generation", "at", "phase", "next_change"}


@pytest.mark.parametrize("name", ["decisions.json", "organizations.csv", DATABASE])
def test_a_damaged_bundle_is_not_compared(inputs: Inputs, tmp_path: Path, name: str) -> None:
    """A country written over another in a database would be told as a change of the policy."""
    content = files(inputs, AT)
    folder = write(content, tmp_path / "bundle")
    (folder / name).write_bytes(content[name].replace(b"o", b"0"))
    with pytest.raises(CannotRun, match=rf"{folder / name}.*build the bundle again"):
        bundle_changes(folder, folder)
