"""From what a store says to the inputs of a generation, and from a bundle back to these."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from regiongate.compiler.reader import BundleReader
from regiongate.control.gateway import build
from regiongate.control.gateway.standings import (
    NEAR_ENDS,
    Standings,
    applied,
    of_bundle,
    with_near_ends,
)
from regiongate.domain.errors import CannotRun
from regiongate.domain.measure import Phase
from regiongate.domain.organization import Organization
from regiongate.domain.ruling import Ruling, RulingKind
from regiongate.geo.store.catalogue import BUNDLED
from tests.support.bundles import files, folder_inputs, write

WORLD = Path(__file__).parents[2] / "compiler" / "world"
AT = datetime(2024, 8, 15, tzinfo=UTC)
REGISTERED = (Organization("acme", keys=(b"k" * 32,)),)


def _ruling(number: int, until: datetime | None = None) -> Ruling:
    name = f"e-{number}"
    return Ruling(RulingKind.EXEMPTION, name, "a reason", "bob", until, organization=name)


SAID = Standings((_ruling(1), _ruling(2, AT + timedelta(days=9))), REGISTERED)


def test_a_bundle_says_what_it_was_made_from(tmp_path: Path) -> None:
    """So the next can be made from it: the same inputs, the same standings."""
    plain = folder_inputs(WORLD)
    what = applied(plain, SAID)
    bundle = BundleReader(write(files(what, AT), tmp_path / "bundle"))
    again = build.in_force(bundle, plain, BUNDLED)
    assert again.digest() == what.digest() == bundle.manifest["inputs"]
    assert of_bundle(bundle) == SAID
    assert applied(again, Standings()).digest() == plain.digest()


def test_data_that_is_gone_is_not_replaced_in_silence(tmp_path: Path) -> None:
    """Where geography must be drawn anew and a source has other data by now, that is said."""
    plain = folder_inputs(WORLD)
    bundle = BundleReader(write(files(plain, AT), tmp_path / "bundle"))
    again = build.in_force(bundle, None, BUNDLED)
    with pytest.raises(CannotRun, match=r"has other data by now .* publish --policy FILE"):
        list(again.tables)


def test_a_suspension_needs_a_date() -> None:
    """Without one it would be a suspension in name only."""
    plain = folder_inputs(WORLD)
    starts = tuple(pair for pair in plain.policy.measure.starts if pair[0] is not Phase.SUSPEND)
    dateless = replace(plain.policy, measure=replace(plain.policy.measure, starts=starts))
    ruling = Ruling(RulingKind.SUSPENSION, "7", "a reason", "bob", organization="acme")
    with pytest.raises(CannotRun, match=r"acme is suspended, .* give the policy `measure.suspend`"):
        applied(replace(plain, policy=dateless), Standings((ruling,)))


def test_only_the_nearest_ends_are_told() -> None:
    """The others are distant until these have come; what has no end never is."""
    ends = [AT + timedelta(days=day) for day in range(NEAR_ENDS + 2)]
    rulings = [_ruling(99), *(_ruling(day, end) for day, end in enumerate(ends))]
    told = with_near_ends(rulings)
    assert [one.id for one in told if one.distant] == [f"e-{NEAR_ENDS}", f"e-{NEAR_ENDS + 1}"]
    assert [one.told_until for one in told[-2:]] == [None, None]
    assert with_near_ends(told) == told
    assert not any(one.distant for one in with_near_ends(rulings[: NEAR_ENDS + 1]))


def test_what_has_ended_does_not_last() -> None:
    """At its end a ruling says nothing any more."""
    assert SAID.lasting(AT) == SAID.rulings
    assert SAID.lasting(AT + timedelta(days=9)) == SAID.rulings[:1]
