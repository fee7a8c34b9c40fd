"""A map of the world, coloured by what is known of each region."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TypeVar

import numpy as np

from regiongate.picture.figure import figure
from regiongate.picture.outlines import outlines
from regiongate.picture.palette import fill, line
from regiongate.picture.projection import HALF_HEIGHT, HALF_WIDTH, Floats, equal_earth
from regiongate.picture.scale import Entry, Scale
from regiongate.picture.svg import MARGIN, Block, Caption, Drawing, number, picture, plain

Value = TypeVar("Value")

WIDTH = 960
"""Pixels, for which the outlines are good enough; the picture scales."""

_SCALE = 10 * (WIDTH - 2 * MARGIN) / (2 * HALF_WIDTH)  # paths count in tenths of a pixel
_RADIUS = 26  # of a dot, in tenths of a pixel
_APART = 58.0  # from dot to dot


def world_map(
    values: Mapping[str, Value],
    scale: Scale[Value],
    caption: Caption,
    *,
    tooltips: Mapping[str, str] | None = None,
    missing: str = "no data",
    style: bool = True,
) -> str:
    """The map as SVG: every region of ISO 3166-1 and `UA-43` once, with its code in `data-region`.

    `values` says what is known of a region; one that is not in it gets a shade of its own, which
    the legend calls `missing`. No value is ever taken from another region: `UA-43` has only what
    the caller says of `UA-43`. A tooltip is shown for a region instead of its code.

    Without `style` it is the HTML figure of a page that carries `stylesheet()`.

    Regions too small for an outline are dots; dots that would hide each other stand a little
    apart. Raises ValueError naming regions that cannot be drawn (`outlines().regions` can).
    """
    strange = sorted(set(values) - outlines().regions)
    if strange:
        raise ValueError(f"no outline and no point for {', '.join(strange)}")
    told = {region: scale.shade(value) for region, value in values.items()}
    shades = {region: told.get(region, "none") for region in sorted(_always() | told.keys())}
    names = {region: (tooltips or {}).get(region, region) for region in shades}
    silent = [Entry("none", missing)] if "none" in shades.values() else []
    globe = _globe(_land(shades, names) + _dots(shades, names))
    drawing, entries = Drawing(WIDTH, globe), [*scale.legend(), *silent]
    return picture(caption, drawing, entries) if style else figure(caption, drawing, entries)


def _always() -> frozenset[str]:
    """What is drawn whether the caller speaks of it or not: everything but parts of a country."""
    return outlines().regions - outlines().parts.keys()


def _globe(body: str) -> Block:
    """The sea, and on it what is drawn in tenths of a pixel from the middle of the globe."""
    height = 2 * HALF_HEIGHT * _SCALE / 10
    middle = f"translate({number(WIDTH / 2)} {number(height / 2)}) scale(.1)"
    return Block(
        f'<g transform="{middle}"><path {fill("sea")} d="{_edge()}"/>'
        f'<g {line("paper")} stroke-width="5" stroke-linejoin="round" fill-rule="evenodd">'
        f"{body}</g></g>",
        height,
    )


def _land(shades: Mapping[str, str], names: Mapping[str, str]) -> str:
    paths = _paths()
    return _by_shade(
        {
            region: f'<path data-region="{region}" d="{paths[region]}">'
            f"{_title(names[region])}</path>"
            for region in shades
            if region in paths
        },
        shades,
    )


def _dots(shades: Mapping[str, str], names: Mapping[str, str]) -> str:
    centres = _centres(frozenset(outlines().parts.keys() & shades.keys()))
    return _by_shade(
        {
            region: f'<circle data-region="{region}" cx="{x}" cy="{y}" r="{_RADIUS}">'
            f"{_title(names[region])}</circle>"
            for region, (x, y) in centres.items()
        },
        shades,
    )


def _title(name: str) -> str:
    return f"<title>{plain(name)}</title>"


def _by_shade(shapes: Mapping[str, str], shades: Mapping[str, str]) -> str:
    """The shapes of each shade in one group, which says the colour once."""
    groups: dict[str, list[str]] = {}
    for region in sorted(shapes):
        groups.setdefault(shades[region], []).append(shapes[region])
    return "".join(f"<g {fill(shade)}>{''.join(groups[shade])}</g>" for shade in sorted(groups))


@cache
def _paths() -> dict[str, str]:
    return {code: "".join(map(_path, rings)) for code, rings in outlines().rings.items()}


def _path(ring: Floats) -> str:
    """A closed line as moves from point to point, which is shorter than places."""
    places = np.round(_on_plane(ring)).astype(np.int64)
    moves = np.diff(places, axis=0)
    moves = moves[np.any(moves != 0, axis=1)]
    x, y = places[0]
    return f"M{x} {y}l" + " ".join(f"{dx} {dy}" for dx, dy in moves.tolist()) + "z"


def _on_plane(degrees: Floats) -> Floats:
    """Points of shape (n, 2) in tenths of a pixel from the middle of the globe, y downwards."""
    x, y = equal_earth(degrees[:, 0], degrees[:, 1])
    return np.stack([x, -y], axis=1) * _SCALE


@cache
def _edge() -> str:
    """The line around the globe."""
    north = np.linspace(-90.0, 90.0, 61)
    east = np.full(north.shape, 180.0)
    both = [np.stack([east, north], axis=1), np.stack([-east, -north], axis=1)]
    return _path(np.concatenate(both))


@cache
def _centres(parts: frozenset[str]) -> dict[str, tuple[int, int]]:
    """Where the dots stand: each at its place, or pushed off by its neighbours until all show."""
    places = outlines().points | {part: outlines().parts[part] for part in sorted(parts)}
    centres = _on_plane(np.array(list(places.values())))
    near, far = np.triu_indices(len(centres), 1)
    for _ in range(200):
        gap = centres[far] - centres[near]
        distance = np.hypot(gap[:, 0], gap[:, 1])
        close = distance < _APART
        if not close.any():
            break
        push = (
            gap[close]
            * ((_APART + 1 - distance[close]) / (2 * np.maximum(distance[close], 1)))[:, None]
        )
        np.subtract.at(centres, near[close], push)
        np.add.at(centres, far[close], push)
    whole = np.round(centres).astype(np.int64).tolist()
    return {region: (x, y) for region, (x, y) in zip(places, whole, strict=True)}
