"""Makes `src/regiongate/picture/data/outlines.json` from a package that was downloaded before.

    python tools/map_data.py --world-atlas FILE.tgz [--out FOLDER]

`--world-atlas` takes the npm package `world-atlas`: Natural Earth's country outlines as TopoJSON.
The same input gives the same bytes. `LICENSES.md` in the folder is written by hand: look at it
again when the package changes.

An outline is simplified as a whole arc, so that two neighbours keep one border; whatever would be
smaller than a dot on the picture becomes a point instead. The file keeps degrees, so the choice
of a projection stays with the program.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tarfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pycountry

from regiongate.picture.projection import HALF_WIDTH, equal_earth

FOLDER = Path(__file__).parents[1] / "src" / "regiongate" / "picture" / "data"
Line = npt.NDArray[np.float64]  # shape (n, 2): degrees east, degrees north

WIDTH = 960  # pixels, the picture for which the outlines are good enough
LEAST_DETAIL = 0.12  # pixels², a bend of a line that nobody sees
LEAST_ISLAND = 0.5  # pixels², an island that nobody sees
LEAST_REGION = 5.0  # pixels², a region that is drawn as a point
UNIT = 100  # steps to a degree

WITHOUT_CODE = {"Kosovo": "XK", "Somaliland": "SO", "N. Cyprus": "CY"}
"""Outlines without a number of ISO 3166-1, and the code with which address data speaks of them."""

PARTS = (
    # Parts of an outline that have a code of their own: the outline, the code, and a box (west,
    # south, east, north) in which the middle of the part lies.
    ("FR", "GF", (-56, 1, -50, 7)),
    ("FR", "GP", (-62, 15.8, -60.9, 17)),
    ("FR", "MQ", (-62, 14, -60, 15.2)),
    ("FR", "RE", (55, -22, 56, -20)),
    ("FR", "YT", (44, -14, 46, -12)),
    ("NL", "BQ", (-69, 11, -62, 18)),
    ("NO", "SJ", (10, 74, 40, 82)),
    ("NO", "SJ", (-10, 70, -7, 72)),
    ("NZ", "TK", (-173, -10, -170, -8)),
    ("NO", "BV", (3, -55, 4, -54)),
    ("Indian Ocean Ter.", "CX", (105, -11, 106, -10)),
    ("Indian Ocean Ter.", "CC", (96, -13, 97, -11)),
    ("RU", "UA-43", (33, 44, 36, 46)),
)

SEATS = {"UA-09": (39.3, 48.6), "UA-14": (37.8, 48.0), "UA-40": (33.5, 44.6)}
"""Parts of a country that the outlines do not show: their seats, to a tenth of a degree."""


def main() -> None:
    """Reads the command line and writes the file."""
    parser = argparse.ArgumentParser(description="Makes the outlines of the world map.")
    parser.add_argument("--world-atlas", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=FOLDER)
    arguments = parser.parse_args()
    package: Path = arguments.world_atlas
    with tarfile.open(package) as archive:
        medium = read_member(archive, "countries-50m.json")
        large = read_member(archive, "countries-10m.json")
        version = read_member(archive, "package.json")["version"]
    outlines, points = outlines_and_points(regions(medium, simplify=True), regions(medium))
    # The few that the medium scale leaves out are tiny: a point from the large scale is enough.
    for code, rings in regions(large).items():
        if code not in outlines and code not in points and code in assigned():
            points[code] = middle(largest(rings))
    missing = assigned() - outlines.keys() - points.keys()
    if missing:
        raise SystemExit(f"no outline and no point for {', '.join(sorted(missing))}")
    document = {
        "made_from": f"{package.name} sha256:{hashlib.sha256(package.read_bytes()).hexdigest()}",
        "version": version,
        "unit": UNIT,
        "outlines": {code: [steps(ring) for ring in outlines[code]] for code in sorted(outlines)},
        "points": {code: [round(v, 2) for v in points[code]] for code in sorted(points)},
        "parts": SEATS,
    }
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "outlines.json").write_text(as_lines(document), "utf-8")


def read_member(archive: tarfile.TarFile, name: str) -> Any:
    """One JSON file of the package."""
    member = archive.extractfile(f"package/{name}")
    if member is None:
        raise SystemExit(f"the package holds no file {name}")
    return json.load(member)


def assigned() -> set[str]:
    """The codes of ISO 3166-1."""
    return {country.alpha_2 for country in pycountry.countries}


def regions(topology: Any, simplify: bool = False) -> dict[str, list[Line]]:
    """The rings of every region, cut at the edge of the map; by region code."""
    arcs = [absolute(topology, arc) for arc in topology["arcs"]]
    if simplify:
        arcs = [simplified(arc) for arc in arcs]
    by_number = {country.numeric: country.alpha_2 for country in pycountry.countries}
    found: dict[str, list[Line]] = defaultdict(list)
    for shape in topology["objects"]["countries"]["geometries"]:
        name = shape["properties"]["name"]
        owner = by_number.get(shape.get("id"), WITHOUT_CODE.get(name, name))
        for polygon in polygons(shape):
            rings = [joined(arcs, ring) for ring in polygon]
            found[part_of(owner, rings[0])] += [cut for ring in rings for cut in at_edge(ring)]
    return {code: [ring for ring in rings if len(ring) > 3] for code, rings in found.items()}


def polygons(shape: Any) -> Any:
    """The polygons of a geometry, each a list of rings of arc numbers."""
    return [shape["arcs"]] if shape["type"] == "Polygon" else shape.get("arcs", [])


def absolute(topology: Any, arc: Any) -> Line:
    """An arc in degrees: TopoJSON stores whole steps from point to point."""
    scale, origin = topology["transform"]["scale"], topology["transform"]["translate"]
    return np.asarray(np.cumsum(np.array(arc, dtype=np.float64), axis=0) * scale + origin)


def joined(arcs: list[Line], ring: list[int]) -> Line:
    """One closed line from arcs; a negative number is an arc that runs backwards."""
    lines = [arcs[arc] if arc >= 0 else arcs[~arc][::-1] for arc in ring]
    return np.concatenate([lines[0], *(line[1:] for line in lines[1:])])


def part_of(owner: str, ring: Line) -> str:
    """The code of a polygon: its owner's, or that of the part which lies there."""
    x, y = middle(ring)
    for outline, code, (west, south, east, north) in PARTS:
        if owner == outline and west <= x <= east and south <= y <= north:
            return code
    return owner


def simplified(line: Line) -> Line:
    """The line without bends that nobody sees; its ends stay.

    Source: M. Visvalingam, J. D. Whyatt, "Line generalisation by repeated elimination of points",
    The Cartographic Journal 30 (1), 1993.
    """
    plane = on_picture(line)
    kept = list(range(len(line)))
    while len(kept) > (4 if np.array_equal(line[0], line[-1]) else 2):
        areas = triangles(plane[kept])
        least = int(np.argmin(areas))
        if areas[least] >= LEAST_DETAIL:
            break
        del kept[least + 1]
    return line[kept]


def triangles(line: Line) -> npt.NDArray[np.float64]:
    """The area between each inner point and its two neighbours."""
    before, after = line[:-2] - line[1:-1], line[2:] - line[1:-1]
    return np.asarray(np.abs(before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]) / 2)


def on_picture(line: Line) -> Line:
    """The line in pixels."""
    x, y = equal_earth(line[:, 0], line[:, 1])
    return np.stack([x, y], axis=1) * (WIDTH / (2 * HALF_WIDTH))


def area(ring: Line) -> float:
    """What a ring covers of the picture, in pixels²."""
    x, y = on_picture(ring).T
    return abs(float(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)))) / 2


def at_edge(ring: Line) -> list[Line]:
    """The ring in pieces that do not cross the 180th meridian."""
    turns = np.concatenate([[0], np.cumsum(np.round(np.diff(ring[:, 0]) / 360))])
    ring = np.stack([ring[:, 0] - 360 * turns, ring[:, 1]], axis=1)
    if abs(ring[-1, 0] - ring[0, 0]) > 180:  # around the pole, which then belongs to it
        pole = np.copysign(90, ring[0, 1])
        ring = np.concatenate([ring, [[ring[-1, 0], pole], [ring[0, 0], pole]], ring[:1]])
    pieces = []
    for turn in (-360, 0, 360):
        piece = beyond(beyond(ring - [turn, 0], -180, 1), 180, -1)
        if len(piece) > 3:
            pieces.append(piece)
    return pieces


def beyond(ring: Line, meridian: float, side: int) -> Line:
    """What of a ring lies on one side of a meridian (Sutherland and Hodgman, 1974)."""
    kept: list[Line] = []
    for one, two in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        inside_one, inside_two = ((p[0] - meridian) * side >= 0 for p in (one, two))
        if inside_one:
            kept.append(one)
        if inside_one != inside_two:
            share = (meridian - one[0]) / (two[0] - one[0])
            kept.append(one + share * (two - one))
    return np.array(kept)


def outlines_and_points(
    simple: dict[str, list[Line]], full: dict[str, list[Line]]
) -> tuple[dict[str, list[Line]], dict[str, tuple[float, float]]]:
    """The rings worth drawing, and for regions too small to see the middle of their largest."""
    outlines, points = {}, {}
    for code, rings in full.items():
        if code not in assigned() | {"XK", "UA-43"}:
            continue
        if sum(map(area, rings)) < LEAST_REGION:
            points[code] = middle(largest(rings))
        else:
            outlines[code] = [ring for ring in simple[code] if area(ring) >= LEAST_ISLAND]
    return outlines, points


def largest(rings: list[Line]) -> Line:
    """The ring that covers most."""
    return max(rings, key=area)


def middle(ring: Line) -> tuple[float, float]:
    """The middle of a ring's box, in degrees."""
    x, y = (ring.min(axis=0) + ring.max(axis=0)) / 2
    return float(x), float(y)


def steps(ring: Line) -> list[int]:
    """A ring as one list of whole steps: first its start, then from each point to the next."""
    whole = np.round(ring * UNIT).astype(np.int64)
    moves = np.diff(whole, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    return [int(v) for v in moves[[True, *np.any(moves[1:], axis=1)]].ravel()]


def as_lines(document: dict[str, Any]) -> str:
    """JSON with one region a line, so that a difference of two versions can be read."""
    parts = []
    for key, value in document.items():
        if isinstance(value, dict):
            rows = ",\n".join(f"{json.dumps(k)}:{_dense(v)}" for k, v in value.items())
            parts.append(f"{json.dumps(key)}:{{\n{rows}\n}}")
        else:
            parts.append(f"{json.dumps(key)}:{json.dumps(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _dense(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


if __name__ == "__main__":
    main()
