"""The pictures of a comparison."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from regiongate.control.compare.compare import Comparison, Measured
from regiongate.control.compare.rules import CLASSES
from regiongate.control.compare.tables import Table
from regiongate.domain.verdict import PlaceClass
from regiongate.geo.steps import NONE, V4_END
from regiongate.geo.wide import Index
from regiongate.picture import AddressMap, Bands, Caption, Categories, address_map, outlines
from regiongate.picture import world_map as draw_world
from regiongate.picture.hilbert import Bytes

PREFIX = 20
"""What one pixel of the map of IPv4 stands for: 4096 addresses."""

_PERCENT = Bands((0, 1, 3, 10, 30, 60), "% disputed")


def world_caption(found: Comparison) -> Caption:
    """What the world map says."""
    names = listed([one.name for one in found.sources if not one.reference])
    counted = _counted(found)
    return Caption(
        "Where the sources disagree",
        f"Of the {counted} that any of {names} has in a country: the share that another of them "
        "has in another country.",
    )


def world_map(found: Comparison, *, style: bool = True) -> str:
    """Every country by the share of its addresses that another source has elsewhere, as SVG.

    Countries without an outline are left out; `tables.countries` has them.
    """
    shares = dict(_shares(found))
    drawn = {code: share for code, share in shares.items() if code in outlines().regions}
    tips = {code: f"{code}: {share:.1f} %" for code, share in drawn.items()}
    caption = world_caption(found)
    return draw_world(
        drawn, _PERCENT, caption, tooltips=tips, missing="named by no source", style=style
    )


def address_caption(measured: Measured) -> Caption:
    """What the map of IPv4 says."""
    names = listed(measured.ballot.sources)
    under = measured.found.policy
    what = (
        "by whether they name the same country"
        if under is None
        else f"by the list {under.list}, and where the sources are on both sides of it"
    )
    return Caption(
        "IPv4 as the sources see it",
        f"Every /{PREFIX} along the Hilbert curve, coloured by what {names} make of it: {what}.",
    )


def addresses(measured: Measured) -> AddressMap:
    """IPv4 by class and dispute; without a policy by whether the sources name one country."""
    starts, values = _v4(measured)
    return address_map(starts.astype(np.uint32), values, _categories(measured), PREFIX)


def address_table(measured: Measured) -> Table:
    """How many addresses of each /8 are of each category of the map of IPv4."""
    entries = _categories(measured).entries
    starts, values = _v4(measured)
    edges = np.unique(np.concatenate([starts, np.arange(256) << 24]))
    value = values[np.searchsorted(starts, edges, side="right") - 1]
    cells = (edges >> 24) * len(entries) + value
    counts = np.bincount(cells, np.diff(edges, append=V4_END), 256 * len(entries))
    rows = counts.astype(np.int64).reshape(256, len(entries)).tolist()
    return Table(
        "Addresses of each /8",
        ("network", *(entry.label for entry in entries)),
        tuple((f"{eight}.0.0.0/8", *row) for eight, row in enumerate(rows)),
    )


def _shares(found: Comparison) -> Iterator[tuple[str, float]]:
    for one in found.countries:
        share = one.share.ipv6 if found.family == "6" else one.share.ipv4
        if share is not None:
            yield one.country, share * 100


def _counted(found: Comparison) -> str:
    family = "IPv6" if found.family == "6" else "IPv4"
    if found.weights.by == "requests":
        return f"requests over {family}"
    return "IPv6 networks of 48 bits" if found.family == "6" else "IPv4 addresses"


def _categories(measured: Measured) -> Categories:
    if measured.outcome is None:
        labels = {
            "allow": "all name one country",
            "disputed": "they name several",
            "none": "only some speak, and name one",
            "unknown": "none speaks",
            "special": "special-purpose",
        }
        return Categories.of(labels)
    return Categories.of(
        {
            "supported": "supported",
            "unsupported": "unsupported",
            "disputed": "disputed",
            "unknown": "unknown",
            "special": "special-purpose",
        }
    )


def _v4(measured: Measured) -> tuple[Index, Bytes]:
    """The starts of what is alike in IPv4 (int64[n]), and the number of its category (uint8[n])."""
    laid = measured.laid
    last = int(np.searchsorted(laid.hi, np.uint64(0), side="right"))
    last = int(np.searchsorted(laid.lo[:last], np.uint64(V4_END), side="left"))
    special = len(_categories(measured).entries) - 1
    of_row = np.append(_of_rows(measured), special).astype(np.uint8)
    values = of_row[laid.row[:last]]  # Row -1 finds the last: special-purpose.
    keep = np.ones(last, dtype=np.bool_)
    keep[1:] = values[1:] != values[:-1]
    return laid.lo[:last][keep].astype(np.int64), values[keep]


def _of_rows(measured: Measured) -> Index:
    """The category of each row of votes (int64[m])."""
    ballot = measured.ballot
    if measured.outcome is None:
        silent = (ballot.countries == NONE).any(axis=1)
        found = np.where(ballot.differing(), 1, np.where(silent, 2, 0))
        return np.where(ballot.spoken(), found, 3)
    # The categories are in the order of the classes.
    disputed = CLASSES.index(PlaceClass.DISPUTED)
    return np.where(ballot.split(), disputed, measured.outcome.classes.astype(np.int64))


def listed(names: Sequence[str]) -> str:
    """Names as a sentence holds them."""
    return f"{', '.join(names[:-1])} and {names[-1]}"
