"""Evidence: what is independent of what, and what carries a suspension."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest

from regiongate.domain.evidence import (
    ENOUGH,
    FAMILY,
    WEIGHT,
    Evidence,
    EvidenceKind,
    Family,
    grounds,
    lasting,
    strongest,
)

BEGIN = datetime(2026, 6, 1, tzinfo=UTC)
MONTH = timedelta(days=30)


def _evidence(kind: EvidenceKind, span: timedelta = MONTH) -> Evidence:
    return Evidence(kind, BEGIN, BEGIN + span, {})


def test_every_kind_has_a_family_and_a_weight() -> None:
    """No kind of evidence is without them, and none is about who somebody is."""
    assert set(FAMILY) == set(WEIGHT) == set(EvidenceKind)
    assert set(FAMILY.values()) == set(Family)
    assert set(WEIGHT.values()) == {1, 2, 3}
    forbidden = ("nation", "language", "name", "birth", "passport", "religion", "ethnic")
    assert not [kind for kind in EvidenceKind for word in forbidden if word in kind]


@pytest.mark.parametrize("family", Family)
def test_one_family_never_suffices(family: Family) -> None:
    """All kinds of one family together carry nothing: location alone suspends nobody."""
    kinds = [kind for kind in EvidenceKind if FAMILY[kind] is family]
    assert grounds([_evidence(kind) for kind in kinds]) is None


def test_two_families_must_weigh_enough() -> None:
    """Any two kinds carry a suspension where families differ and weights suffice, else nothing."""
    for pair in combinations(EvidenceKind, 2):
        found = grounds([_evidence(kind) for kind in pair])
        differ = FAMILY[pair[0]] is not FAMILY[pair[1]]
        assert (found is not None) == (differ and WEIGHT[pair[0]] + WEIGHT[pair[1]] >= ENOUGH)


def test_the_strongest_of_each_family_count() -> None:
    """More hints of one family do not add up; the heaviest of the two heaviest families count."""
    found = [_evidence(kind) for kind in EvidenceKind]
    assert [one.kind for one in strongest(found)] == ["ownership", "billing", "traffic", "phone"]
    assert grounds(found) == (
        _evidence(EvidenceKind.OWNERSHIP),
        _evidence(EvidenceKind.BILLING),
    )
    assert grounds(found) == grounds(found[::-1])


def test_evidence_must_last() -> None:
    """What held for too short a time does not count."""
    short = _evidence(EvidenceKind.TRAFFIC, MONTH - timedelta(microseconds=1))
    long = _evidence(EvidenceKind.CARD)
    assert lasting([short, long], MONTH) == (long,)
    assert short.span < MONTH


def test_evidence_ends_after_it_begins() -> None:
    """Instants that contradict each other, or are none, are refused."""
    with pytest.raises(ValueError, match="before"):
        Evidence(EvidenceKind.CARD, BEGIN, BEGIN - MONTH, {})
    with pytest.raises(ValueError, match="time zone"):
        Evidence(EvidenceKind.CARD, BEGIN.replace(tzinfo=None), BEGIN, {})
