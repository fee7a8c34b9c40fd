"""The Equal Earth projection: every region takes as much of the picture as it takes of the globe.

Source: Bojan Šavrič, Tom Patterson, Bernhard Jenny, "The Equal Earth map projection",
International Journal of Geographical Information Science 33 (3), 2019, pages 454-465
(published online 2018), https://doi.org/10.1080/13658816.2018.1504949, equations 9 and 10.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_A1, _A2, _A3, _A4 = 1.340264, -0.081106, 0.000893, 0.003796
_M = math.sqrt(3) / 2


def equal_earth(longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]:
    """Points on the plane, x to the right, y up, radius 1, from degrees east and north.

    All arrays have the same shape. The whole globe lies within x = ±`HALF_WIDTH` and
    y = ±`HALF_HEIGHT`.
    """
    theta = np.arcsin(_M * np.sin(np.radians(latitude)))
    square = theta**2
    sixth = square**3
    slope = _A1 + 3 * _A2 * square + sixth * (7 * _A3 + 9 * _A4 * square)
    x = np.radians(longitude) * np.cos(theta) / (_M * slope)
    y = theta * (_A1 + _A2 * square + sixth * (_A3 + _A4 * square))
    return x, y


def _extent() -> tuple[float, float]:
    x, y = equal_earth(np.array([180.0, 0.0]), np.array([0.0, 90.0]))
    return float(x[0]), float(y[1])


HALF_WIDTH, HALF_HEIGHT = _extent()
