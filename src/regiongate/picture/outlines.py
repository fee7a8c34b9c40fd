"""Where the regions lie, in degrees: outlines of what can be seen, points for what is too small."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np

from regiongate.picture.projection import Floats


@dataclass(frozen=True, slots=True)
class Outlines:
    """Natural Earth's outlines; see `data/LICENSES.md`.

    `rings` holds for each region closed lines of shape (n, 2), degrees east and north; what lies
    inside an odd number of them belongs to the region. `points` holds one position for each region
    that is too small for an outline. `parts` are points of parts of a country, which a picture
    shows only when it has something to say of them.
    """

    rings: dict[str, tuple[Floats, ...]]
    points: dict[str, tuple[float, float]]
    parts: dict[str, tuple[float, float]]

    @property
    def regions(self) -> frozenset[str]:
        """Every region that can be drawn."""
        return frozenset([*self.rings, *self.points, *self.parts])


@cache
def outlines() -> Outlines:
    """The outlines that come with regiongate."""
    file = resources.files("regiongate.picture") / "data" / "outlines.json"
    document = json.loads(file.read_text("utf-8"))
    unit = document["unit"]
    return Outlines(
        rings={
            code: tuple(_degrees(ring, unit) for ring in rings)
            for code, rings in document["outlines"].items()
        },
        points={code: (east, north) for code, (east, north) in document["points"].items()},
        parts={code: (east, north) for code, (east, north) in document["parts"].items()},
    )


def _degrees(steps: list[int], unit: int) -> Floats:
    moves = np.array(steps, dtype=np.int64).reshape(-1, 2)
    return np.asarray(np.cumsum(moves, axis=0) / unit)
