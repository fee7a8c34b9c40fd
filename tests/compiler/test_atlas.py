"""An atlas taken over from the parent is the atlas that would have been drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from regiongate.compiler.atlas import Atlas
from regiongate.compiler.reader import BundleReader
from regiongate.compiler.snapshot import snapshot
from regiongate.domain.network_rule import NetworkRule
from regiongate.domain.policy import Policy
from tests.support import bundles
from tests.support.providers import providers

CASES = sorted(path for path in (Path(__file__).parent / "golden").iterdir() if path.is_dir())
BEGINNING = datetime(2024, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_taking_over_and_drawing_give_the_same_bytes(case: Path, tmp_path: Path) -> None:
    """A bundle has the same bytes whether its atlas was drawn anew or taken from its parent."""
    what = bundles.folder_inputs(case)
    told = providers(tmp_path, (one.name for one in what.policy.providers))
    settings = replace(bundles.SETTINGS, hand_over=told)
    folder = bundles.write(bundles.files(what, BEGINNING, settings), tmp_path / "parent")
    parent = BundleReader(folder).parent()
    stranger = replace(parent, atlas_digest="of something else")
    for change in what.policy.change_instants():
        for at in (change - timedelta(seconds=1), change):
            taken = bundles.files(what, at, settings, parent)
            assert taken == bundles.files(what, at, settings, stranger)


def test_another_date_takes_the_atlas_over(tmp_path: Path) -> None:
    """A policy that differs only in the measure, the wording and the tests draws nothing."""
    what = bundles.folder_inputs(CASES[0])
    reader = BundleReader(bundles.write(bundles.files(what, BEGINNING), tmp_path / "parent"))
    measure = replace(what.policy.measure, starts=what.policy.measure.starts[-1:])
    policy = replace(what.policy, version="other", measure=measure, report_only=True, tests=())
    taken = reader.atlas()

    def once() -> Atlas:
        return taken

    parent = replace(reader.parent(), atlas=once)
    after = snapshot(replace(what, policy=policy), BEGINNING, parent)
    assert after.atlas is taken


@pytest.mark.parametrize(
    "change",
    [
        lambda policy: replace(
            policy,
            supported=replace(policy.supported, regions=policy.supported.regions - {"FR"}),
        ),
        lambda policy: replace(policy, location=replace(policy.location, agree=1)),
        lambda policy: replace(policy, networks=policy.networks[1:] or _some_rule()),
    ],
    ids=["list", "agreement", "networks"],
)
def test_what_judges_places_draws_a_new_atlas(
    change: Callable[[Policy], Policy], tmp_path: Path
) -> None:
    """Another list, agreement or network rule never meets an old atlas."""
    what = bundles.folder_inputs(CASES[0])
    reader = BundleReader(bundles.write(bundles.files(what, BEGINNING), tmp_path / "parent"))
    other = replace(what, policy=change(what.policy))
    after = snapshot(other, BEGINNING, reader.parent())
    assert after.atlas.digest != reader.parent().atlas_digest


def _some_rule() -> tuple[NetworkRule, ...]:
    with_rule = next(case for case in CASES if "network-rule" in case.name)
    return bundles.folder_inputs(with_rule).policy.networks
