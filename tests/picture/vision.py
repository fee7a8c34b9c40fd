"""How people see two colours: CIELAB, and the sight of those who lack one kind of cone.

Sources: IEC 61966-2-1 (sRGB); CIE 15 (CIELAB, white D65); G. M. Machado, M. M. Oliveira,
L. A. F. Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency",
IEEE Transactions on Visualization and Computer Graphics 15 (6), 2009, severity 1.0;
WCAG 2.2, "relative luminance" and "contrast ratio".
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

SIGHTS = {
    "full": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
"""For each kind of sight the matrix that turns linear sRGB into what is seen."""

_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])


def linear(colour: str) -> Floats:
    """Linear sRGB, three numbers from 0 to 1, of a colour such as `#d1495b`."""
    values = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def lab(colour: str, sight: str = "full") -> Floats:
    """The colour in CIELAB as one kind of sight has it."""
    seen = np.clip(SIGHTS[sight] @ linear(colour), 0, 1)
    ratio = _XYZ @ seen / _WHITE
    cube = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * cube[1] - 16, 500 * (cube[0] - cube[1]), 200 * (cube[1] - cube[2])])


def difference(one: str, two: str, sight: str = "full") -> float:
    """ΔE*ab, the distance of two colours in CIELAB; about 2.3 is just noticeable."""
    return float(np.linalg.norm(lab(one, sight) - lab(two, sight)))


def contrast(one: str, two: str) -> float:
    """The contrast ratio of two colours, from 1 to 21."""
    low, high = sorted(float(_XYZ[1] @ linear(colour)) for colour in (one, two))
    return (high + 0.05) / (low + 0.05)
