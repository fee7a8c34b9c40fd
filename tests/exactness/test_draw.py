"""The worlds that are compared are the same for everybody, and leave nothing out."""

from __future__ import annotations

import re
from random import Random

import pytest

from tests.exactness import questions
from tests.exactness.draw import world
from tests.exactness.reading import Reading, meant

WORLDS = 30
QUESTIONS = 250

GROUNDS = {
    "list",
    "add",
    "remove",
    "except",
    "territory-of",
    "network",
    "geofeed",
    "location:unknown",
    "location:private",
    "location:special",
    "location:disputed",
    "location:stale",
    "anonymizer",
    "open-path",
    "organization:exempt",
    "organization:suspended",
    "hand-over",
}


def test_a_seed_is_one_world() -> None:
    """A mismatch that names its world can be drawn again, on any machine and day."""
    assert world("1/7") == world("1/7")
    assert world("1/7") != world("1/8")


def test_every_ground_occurs() -> None:
    """A few worlds are enough to meet every ground that a verdict can have."""
    found: set[str] = set()
    for number in range(WORLDS):
        drawn = world(f"test/{number}")
        reading, chance = Reading(drawn), Random(number)  # noqa: S311 - a sample, not a secret
        texts, instants = questions.addresses(drawn), questions.instants(drawn)
        askers, paths = questions.askers(drawn), [None, None, *questions.PATHS]
        for _ in range(QUESTIONS):
            place = reading.place(chance.choice(texts))
            who, at, path = chance.choice(askers), chance.choice(instants), chance.choice(paths)
            rule = reading.said(place, who, at, path, drawn.at)[1]
            found |= {ground for ground in GROUNDS if re.search(rf"(^| ){ground}\b", rule)}
    assert found == GROUNDS


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("1.2.3.4", "1.2.3.4"),
        ("::ffff:1.2.3.4", "1.2.3.4"),
        ("::1.2.3.4", "1.2.3.4"),
        ("64:ff9b::102:304", "1.2.3.4"),
        ("2002:102:304:ffff::1", "1.2.3.4"),
        ("64:ff9b:1::102:304", "64:ff9b:1::102:304"),
        ("2001:0:102:304::", "2001:0:102:304::"),
        ("0.0.0.1", "::1"),
        ("2002::", "::"),
    ],
)
def test_what_an_address_means(text: str, means: str) -> None:
    """The slow reading knows the embeddings by itself."""
    assert str(meant(text)) == means
