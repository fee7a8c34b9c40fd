"""The same inputs make the same bytes; other inputs make another generation."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn

import pytest

from regiongate.compiler.reader import BundleReader
from regiongate.compiler.snapshot import Inputs, Parent
from tests.support.bundles import MADE_ON, SETTINGS, files, folder_inputs

WORLD = Path(__file__).parent / "world"
AT = datetime(2024, 6, 30, tzinfo=UTC)


@pytest.fixture
def inputs() -> Inputs:
    """The inputs of the small world."""
    return folder_inputs(WORLD)


def _nothing() -> NoReturn:
    raise AssertionError("nothing is to be taken over")


def _generation(content: dict[str, bytes]) -> str:
    return str(json.loads(content["manifest.json"])["generation"])


def test_building_twice_gives_the_same_bytes(inputs: Inputs) -> None:
    """File by file, and in the same order."""
    assert list(files(inputs, AT).items()) == list(files(inputs, AT).items())


def test_another_process_gives_the_same_bytes(content: dict[str, bytes]) -> None:
    """Neither the seed of Python's hashes nor the clock is in a bundle."""
    script = (
        "import hashlib, sys; from pathlib import Path; from datetime import UTC, datetime;"
        "from tests.support.bundles import files, folder_inputs;"
        f"content = files(folder_inputs(Path({str(WORLD)!r})), datetime(2024, 6, 30, tzinfo=UTC));"
        "print(hashlib.sha256(repr(content).encode()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=WORLD.parents[2],
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
            capture_output=True,
            check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    }
    assert len(digests) == 1


def test_the_order_of_organizations_does_not_matter(inputs: Inputs) -> None:
    """A table in another order is the same table."""
    turned = replace(inputs, organizations=tuple(reversed(inputs.organizations)))
    assert files(turned, AT) == files(inputs, AT)


def test_another_instant_is_another_generation(inputs: Inputs) -> None:
    """A later instant is another generation, though no verdict may change."""
    assert _generation(files(inputs, AT)) != _generation(files(inputs, AT + timedelta(seconds=1)))


def test_a_parent_counts_the_number_up(inputs: Inputs) -> None:
    """The number follows the parent's, and the parent is in the manifest."""
    parent = Parent(41, "41-0123abcd", "of another atlas", _nothing, "of another book", _nothing)
    manifest = json.loads(files(inputs, AT, parent=parent)["manifest.json"])
    assert manifest["parent"] == "41-0123abcd"
    assert manifest["generation"].startswith("42-")


def test_a_damaged_parent_hands_nothing_down(inputs: Inputs, bundle: Path) -> None:
    """Its database would get a digest that fits in the next bundle, so a new one is drawn."""
    whole = files(inputs, AT, parent=BundleReader(bundle).parent())
    data = bytearray((bundle / "verdict.mmdb").read_bytes())
    data[len(data) // 2] ^= 1
    (bundle / "verdict.mmdb").write_bytes(data)
    assert files(inputs, AT, parent=BundleReader(bundle).parent()) == whole


def test_dates_and_wording_leave_the_database_as_it_is(
    inputs: Inputs, content: dict[str, bytes]
) -> None:
    """The database holds what changes slowly, so that a new date swaps kilobytes."""
    policy = inputs.policy
    phase, start = policy.measure.starts[-1]
    starts = (*policy.measure.starts[:-1], (phase, start + timedelta(days=9)))
    later = replace(
        policy,
        version="8",
        measure=replace(policy.measure, starts=starts),
        refusal=replace(policy.refusal, appeal="https://example.com/other"),
    )
    found = files(replace(inputs, policy=later), AT)
    assert found["verdict.mmdb"] == content["verdict.mmdb"]
    assert found["envoy/gate.json"] != content["envoy/gate.json"]


def test_the_database_is_as_old_as_its_data(content: dict[str, bytes]) -> None:
    """The manifest names each source with its date, and no clock."""
    manifest = json.loads(content["manifest.json"])
    assert {source["date"] for source in manifest["sources"]} == {MADE_ON.isoformat()}
    assert manifest["at"] == "2024-06-30T00:00:00Z"
    assert manifest["settings"]["upstream"] == str(SETTINGS.upstream)
