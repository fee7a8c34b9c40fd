"""Verification finds each kind of damage, and never crashes on one."""

from __future__ import annotations

from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regiongate.compiler.verify import Finding, verify
from tests.compiler.forgeries import FORGERIES, Forgery, edit_json, replaced
from tests.support.bundles import seal, write

pytestmark = pytest.mark.slow

FILES = [
    "decisions.json",
    "envoy/bootstrap.json",
    "envoy/gate.json",
    "facts.mmdb",
    "manifest.json",
    "organizations.csv",
    "organizations.keys",
    "policy/policy.yaml",
    "probes.json",
    "verdict.mmdb",
]
GEOFEED = "policy/acme.csv"
"""A file that only the larger of the two bundles has."""


def found(bundle: Path) -> list[Finding]:
    """What verification without Envoy finds."""
    return verify(bundle, envoy=False)


def test_an_unharmed_bundle_is_sound(bundle: Path) -> None:
    """No damage, no finding; and the list of files above is complete."""
    assert found(bundle) == []
    names = {str(path.relative_to(bundle)) for path in bundle.rglob("*") if path.is_file()}
    assert names == {*FILES, GEOFEED}


@pytest.mark.parametrize("name", [*FILES, GEOFEED])
def test_a_missing_file_is_found(bundle: Path, name: str) -> None:
    """Whichever it is."""
    (bundle / name).unlink()
    assert any(name in str(finding) for finding in found(bundle))


@pytest.mark.parametrize("name", [*FILES, GEOFEED])
@pytest.mark.parametrize("kept", [0.0, 0.5, 0.99])
def test_a_truncated_file_is_found(bundle: Path, name: str, kept: float) -> None:
    """Also when the manifest vouches for what is left of it."""
    data = (bundle / name).read_bytes()
    (bundle / name).write_bytes(data[: int(len(data) * kept)])
    assert found(bundle)
    if name not in {"manifest.json", "envoy/bootstrap.json"}:
        seal(bundle)
        assert found(bundle)


@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.sampled_from(FILES), st.floats(0, 1, exclude_max=True), st.integers(1, 255))
def test_a_flipped_byte_anywhere_is_found(
    small: dict[str, bytes], tmp_path: Path, name: str, where: float, change: int
) -> None:
    """One byte of any file, changed in any way."""
    folder = tmp_path / "bundle"
    rmtree(folder, ignore_errors=True)
    data = bytearray(small[name])
    data[int(where * len(data))] ^= change
    assert found(write({**small, name: bytes(data)}, folder))


@settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.floats(0, 1, exclude_max=True), st.integers(1, 255))
def test_a_damaged_database_with_a_forged_digest_never_crashes(
    small: dict[str, bytes], tmp_path: Path, where: float, change: int
) -> None:
    """Where the digest does not help, the reader meets the damage itself."""
    folder = tmp_path / "bundle"
    rmtree(folder, ignore_errors=True)
    data = bytearray(small["verdict.mmdb"])
    data[int(where * len(data))] ^= change
    seal(write({**small, "verdict.mmdb": bytes(data)}, folder))
    assert isinstance(found(folder), list)


def test_an_extra_file_is_found(bundle: Path) -> None:
    """Nobody knows what else would read it."""
    (bundle / "envoy" / "more.json").write_text("{}")
    (finding,) = found(bundle)
    assert "envoy/more.json" in str(finding)


@pytest.mark.parametrize(
    "manifest", ["", "null", "[]", "{}", '{"format": "regiongate-bundle/1"}', "\xff", "[" * 99999]
)
def test_any_other_manifest_is_a_finding(bundle: Path, manifest: str) -> None:
    """A file that is no manifest at all is told, and nothing crashes."""
    (bundle / "manifest.json").write_bytes(manifest.encode("latin-1"))
    assert found(bundle)


def test_a_generation_that_climbs_out_of_its_folder_is_refused(bundle: Path) -> None:
    """A generation names folders, so nothing else is looked at when it is none."""
    edit_json(bundle / "manifest.json", lambda it: it.update(generation="../../tmp/x"))
    assert [finding.file for finding in found(bundle)] == ["manifest.json"]


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.name)
def test_a_forgery_with_right_digests_is_found(bundle: Path, forgery: Forgery) -> None:
    """Somebody changed what the bundle means, and made the manifest vouch for it."""
    forgery.change(bundle)
    seal(bundle)
    said = [f for f in found(bundle) if f.check == forgery.check]
    assert any(forgery.says in str(finding) for finding in said), [str(f) for f in found(bundle)]


@pytest.mark.envoy
def test_a_configuration_that_envoy_refuses_is_found(bundle: Path) -> None:
    """The finding carries Envoy's own last word."""
    assert verify(bundle) == []
    replaced("envoy/bootstrap.json", "xff_num_trusted_hops", "xff_num_trusted_hopes")(bundle)
    seal(bundle)
    (finding,) = verify(bundle)
    assert finding.check == "envoy"
    assert "xff_num_trusted_hopes" in finding.message


@pytest.mark.envoy
def test_a_listener_without_a_gate_is_found(bundle: Path) -> None:
    """Envoy would accept it, and let everyone through."""

    def change(content: Any) -> None:
        manager = content["static_resources"]["listeners"][0]["filter_chains"][0]["filters"][0]
        filters = manager["typed_config"]["http_filters"]
        filters[:] = [item for item in filters if item["name"] != "gate-b"]

    edit_json(bundle / "envoy/bootstrap.json", change)
    seal(bundle)
    messages = [finding.message for finding in verify(bundle)]
    assert any("places for a gate" in message for message in messages)
    assert any("the filters are" in message for message in messages)


@pytest.mark.envoy
@pytest.mark.parametrize(
    ("old", "new"),
    [('"default_config"', '"comment"'), ("DENY", "ALLOW")],
)
def test_a_place_that_lets_the_undecided_pass_is_found(bundle: Path, old: str, new: str) -> None:
    """Envoy would pass in silence over a gate that has not come."""
    replaced("envoy/bootstrap.json", old, new, 1)(bundle)
    seal(bundle)
    messages = [finding.message for finding in verify(bundle)]
    assert "a request without a gate is not refused in every place" in messages
