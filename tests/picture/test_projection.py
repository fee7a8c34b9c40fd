"""Equal Earth against what others published of it."""

from itertools import pairwise

import numpy as np
import pytest

from regiongate.picture.projection import HALF_HEIGHT, HALF_WIDTH, equal_earth

# Degrees east and north, x and y for radius 1, as PROJ 9.5.1 has them (+proj=eqearth +R=1).
PROJ = [
    (0, 0, 0.0, 0.0),
    (180, 0, 2.706629984, 0.0),
    (180, 90, 1.603588648, 1.317362759),
    (45, 30, 0.632925419, 0.59293512),
    (-100, 60, -1.13281116, 1.088300836),
    (2.3522, 48.8566, 0.029444331, 0.923361048),
    (139.6917, 35.6895, 1.909462942, 0.697844716),
    (-58.3816, -34.6037, -0.802723755, -0.678117877),
    (34.1, 44.95, 0.439613611, 0.859395174),
]


@pytest.mark.parametrize(("east", "north", "x", "y"), PROJ)
def test_points(east: float, north: float, x: float, y: float) -> None:
    """Points lie where PROJ puts them."""
    found = equal_earth(np.array([float(east)]), np.array([float(north)]))
    assert np.allclose(np.concatenate(found), [x, y], atol=1e-9)


def test_proportions() -> None:
    """The globe has the proportions that the authors give: 2.05458 to 1, the pole line 0.59247."""
    pole, _ = equal_earth(np.array([180.0]), np.array([90.0]))
    width, height, line = HALF_WIDTH, HALF_HEIGHT, float(pole[0])
    assert width / height == pytest.approx(2.05458, abs=5e-6)
    assert line / width == pytest.approx(0.59247, abs=5e-6)


def test_equal_areas() -> None:
    """Bands of the globe that are equal in area are equal on the map, to one part in a thousand."""
    edges = np.degrees(np.arcsin(np.linspace(-1, 1, 9)))
    areas = []
    for south, north in pairwise(edges):
        at = np.linspace(south, north, 2001)
        x, y = equal_earth(np.full(at.shape, 180.0), at)
        areas.append(np.trapezoid(2 * x, y))
    assert np.allclose(areas, 4 * np.pi / 8, rtol=1e-3)
