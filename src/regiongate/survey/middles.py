"""Where the middle of a country is, for distances: that of its largest outline, or a point."""

from __future__ import annotations

from functools import cache

import numpy as np

from regiongate.picture.outlines import outlines
from regiongate.picture.projection import Floats


@cache
def middles() -> dict[str, tuple[float, float]]:
    """Degrees east and north for each country that can be drawn (Natural Earth).

    Good for continents, not for neighbours: a country may reach a thousand kilometres further.
    """
    drawn = outlines()
    found = {code: point for code, point in drawn.points.items() if len(code) == 2}
    for code, rings in drawn.rings.items():
        if len(code) == 2:
            found[code] = max(map(_weighed, rings))[1]
    return dict(sorted(found.items()))


def _weighed(ring: Floats) -> tuple[float, tuple[float, float]]:
    """Area (as on a sphere, of any unit) and middle of a closed line of shape (n, 2)."""
    east, north = ring[:, 0], ring[:, 1]
    cross = east[:-1] * north[1:] - east[1:] * north[:-1]
    twice = float(cross.sum())
    if not twice:
        return 0.0, (float(east.mean()), float(north.mean()))
    middle = (
        float(((east[:-1] + east[1:]) * cross).sum() / (3 * twice)),
        float(((north[:-1] + north[1:]) * cross).sum() / (3 * twice)),
    )
    return abs(twice) * float(np.cos(np.radians(middle[1]))), middle
