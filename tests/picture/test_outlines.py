"""The outlines and positions that come with regiongate."""

from pathlib import Path

import numpy as np
import pycountry
import pytest

import regiongate.picture
from regiongate.picture.outlines import outlines
from regiongate.picture.projection import Floats

DATA = Path(regiongate.picture.__file__).parent / "data"


def test_every_region_is_there_once() -> None:
    """All 249 regions of ISO 3166-1, Kosovo and Crimea have an outline or a point, never both."""
    known = outlines()
    assigned = {country.alpha_2 for country in pycountry.countries}
    assert len(assigned) == 249
    assert known.rings.keys() | known.points.keys() == assigned | {"XK", "UA-43"}
    assert not known.rings.keys() & known.points.keys()
    assert sorted(known.parts) == ["UA-09", "UA-14", "UA-40"]


def test_degrees_are_on_the_globe() -> None:
    """No line leaves the globe, and none runs across the picture at the 180th meridian."""
    for code, rings in outlines().rings.items():
        for ring in rings:
            assert (np.abs(ring) <= [180, 90]).all(), code
            if code != "AQ":  # which runs along the pole
                assert np.abs(np.diff(ring[:, 0])).max() < 90, code


@pytest.mark.parametrize(
    ("region", "east", "north"),
    [
        ("FR", 2.35, 48.86),
        ("GF", -53.0, 4.0),
        ("CN", 116.4, 39.9),
        ("TW", 121.0, 23.8),
        ("RU", 37.6, 55.75),
        ("RU", -172.0, 66.5),
        ("UA", 30.5, 50.45),
        ("UA-43", 34.1, 45.1),
        ("US", -150.0, 65.0),
        ("LS", 28.2, -29.5),
        ("AQ", 0.0, -85.0),
        ("SJ", 15.5, 78.0),
    ],
)
def test_a_place_lies_in_its_region(region: str, east: float, north: float) -> None:
    """Known places are inside the outline of their region and of no other."""
    inside = [
        code
        for code, rings in outlines().rings.items()
        if sum(_around(ring, east, north) for ring in rings) % 2
    ]
    assert inside == [region]


@pytest.mark.parametrize(
    ("region", "east", "north"),
    [("SG", 103.8, 1.35), ("HK", 114.2, 22.3), ("MO", 113.55, 22.2), ("MT", 14.4, 35.9)],
)
def test_a_point_lies_where_the_region_is(region: str, east: float, north: float) -> None:
    """A region too small for an outline is a point within a quarter of a degree of its place."""
    assert outlines().points[region] == pytest.approx((east, north), abs=0.25)


def test_the_data_say_where_they_are_from() -> None:
    """The file is small, and the licences stand beside it."""
    assert (DATA / "outlines.json").stat().st_size < 300_000
    licences = (DATA / "LICENSES.md").read_text("utf-8")
    assert "Natural Earth" in licences
    assert "public domain" in licences
    assert "UA-43" in licences


def _around(ring: Floats, east: float, north: float) -> bool:
    """Whether a closed line goes around a point: how often a ray from it meets the line."""
    (x1, y1), (x2, y2) = ring.T, np.roll(ring, -1, axis=0).T
    crosses = (y1 > north) != (y2 > north)
    at = x1[crosses] + (north - y1[crosses]) / (y2 - y1)[crosses] * (x2 - x1)[crosses]
    return bool((at > east).sum() % 2)
