"""The age of sources in a bundle: a date like any other, where the policy makes it one."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from regiongate.compiler.reader import BundleReader
from regiongate.compiler.verify import verify
from regiongate.domain.errors import CannotRun
from tests.support.bundles import files, folder_inputs, seal, write

CASE = Path(__file__).parent / "golden" / "an-old-source-may-warn-and-not-block"
AT = datetime(2024, 6, 1, tzinfo=UTC)
OLD = datetime(2024, 6, 15, tzinfo=UTC)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A bundle of sources made on 1 May 2024, which may be 45 days old."""
    return write(files(folder_inputs(CASE), AT), tmp_path / "bundle")


def _with_age(bundle: Path, age: object) -> None:
    path = bundle / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    for source in manifest["sources"]:
        source["maximum_age"] = age
    path.write_text(json.dumps(manifest), encoding="utf-8")
    seal(bundle)


def test_a_bundle_knows_when_its_sources_are_too_old(bundle: Path) -> None:
    """It is the next change, and whoever reads the bundle back has the policy with that date."""
    reader = BundleReader(bundle)
    assert reader.manifest["next_change"] == "2024-06-15T00:00:00Z"
    assert reader.policy.location.stale_from == (OLD,) * 3
    assert any("> 2024-06-15T00:00:00Z unsupported location:stale" in k for k in _keys(reader))


def test_old_sources_that_may_block_change_nothing(tmp_path: Path) -> None:
    """With `stale: block` no place key has the date, and no change is announced for it."""
    world = folder_inputs(CASE.parent / "sources-that-disagree-on-support-are-disputed")
    reader = BundleReader(write(files(world, AT), tmp_path / "bundle"))
    assert reader.manifest["next_change"] == "2024-06-25T00:00:00Z"
    assert not any("2024-06-15" in key for key in _keys(reader))


def test_another_age_than_was_compiled_is_found(bundle: Path) -> None:
    """A forger who makes sources younger, and seals it, disagrees with the database."""
    _with_age(bundle, 60)
    found = [finding for finding in verify(bundle, envoy=False) if finding.check == "database"]
    assert any("the place is 'unsupported list:" in str(finding) for finding in found)


@pytest.mark.parametrize("age", [None, "soon", []])
def test_a_manifest_without_ages_is_damaged(bundle: Path, age: object) -> None:
    """Nobody guesses how old a source may be."""
    _with_age(bundle, age)
    with pytest.raises(CannotRun, match="it does not say of what age its `sources` are"):
        _ = BundleReader(bundle).policy


def _keys(reader: BundleReader) -> list[str]:
    decisions = reader.decisions
    return list(decisions["standings"][decisions["ordinary"]])
