"""What CSV files of ranges and of networks have in common: heading, delimiter, columns."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from regiongate.geo.formats.cells import columns
from regiongate.geo.formats.fields import Places, places_of
from regiongate.geo.formats.labelling import Codes, Labels, combined
from regiongate.geo.formats.lines import Block, blocks, head
from regiongate.geo.formats.raw import Wanted
from regiongate.geo.formats.row import cells_of, is_heading
from regiongate.geo.formats.spans import Spans
from regiongate.geo.formats.table import TableMaker

USUAL_HEADINGS = ("country_code", "country_iso_code")
"""Columns that hold the ISO 3166-1 code wherever a heading has them."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where in a file of CSV the things stand: `heading` is empty when there is none."""

    delimiter: str
    heading: tuple[str, ...]


def layout_of(content: bytes, file: str) -> Layout:
    """The layout that the first line shows: tabs or commas, and a heading or not."""
    first = (head(content, 1, file) or [""])[0]
    delimiter = "\t" if "\t" in first else ","
    try:
        cells = tuple(cells_of(first, delimiter))
    except csv.Error:
        cells = ()
    return Layout(delimiter, cells if is_heading(cells) else ())


def read_rows(
    content: bytes,
    file: str,
    wanted: Wanted,
    keys: int,
    spans: Callable[[Sequence[pa.StringArray]], Spans],
) -> TableMaker:
    """Reads all rows: the first `keys` columns make the span, the wanted fields the label.

    By default the label is what a column of USUAL_HEADINGS says, or the column behind the keys.
    """
    layout = layout_of(content, file)
    places = _label_places(wanted, layout, keys, file)
    order = sorted({*range(keys), *(place for field in places for place in field)})
    maker = TableMaker(file, wanted)
    shape = "network,region" if keys == 1 else "first,last,region"
    for block in body(content, file, layout):
        found = columns(block, order, layout.delimiter, shape, maker.rejects)
        texts = dict(zip(order, found.texts, strict=True))
        span = spans([texts[key] for key in range(keys)])
        maker.add(found.lines, span, codes_of(texts, places, maker.labels))
    return maker


def codes_of(texts: dict[int, pa.StringArray], places: Places, labels: Labels) -> Codes:
    """The number of each row's label: of a field's alternatives the first one that says something.

    `texts` are the columns by their places.
    """
    used = list(dict.fromkeys(place for field in places for place in field))
    rows, index = combined([texts[place] for place in used])
    at = [[used.index(place) for place in field] for field in places]
    if at != [[place] for place in range(len(used))]:  # Else a row is a label as it stands.
        rows = [tuple(next((row[i] for i in field if row[i]), "") for field in at) for row in rows]
    return np.array([labels.number(row) for row in rows], dtype=np.int32)[index]


def _label_places(wanted: Wanted, layout: Layout, keys: int, file: str) -> Places:
    if wanted.fields is not None:
        return places_of(wanted.fields, layout.heading, file)
    names = [name.lower() for name in layout.heading]
    usual = next((names.index(name) for name in USUAL_HEADINGS if name in names), keys)
    return ((usual,),)


def body(content: bytes, file: str, layout: Layout) -> Iterator[Block]:
    """The blocks without the heading."""
    skip = bool(layout.heading)
    for block in blocks(content, file):
        if not block.lines.size:
            continue
        rest = _without_first(block) if skip else block
        skip = False
        if rest.lines.size:
            yield rest


def _without_first(block: Block) -> Block:
    return Block(block.text[block.text.index(b"\n") + 1 :], block.lines[1:])
