"""Plain lists: a network, an address or a range `first-last` on each line.

`#` and `;` begin comments, at the end of a line too. Every row has the one label that the caller
gives; rows may overlap, for they all say the same.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from regiongate.geo.formats.lines import numbered
from regiongate.geo.formats.raw import ANYTHING, RawTable, Wanted
from regiongate.geo.formats.spans import Spans, networks, ranges
from regiongate.geo.formats.spooled import Spool
from regiongate.geo.formats.table import TableMaker
from regiongate.geo.ranges import from_union
from regiongate.geo.source import file_error


def read(content: bytes, file: str, wanted: Wanted = ANYTHING) -> RawTable:
    """All rows with the label that is wanted; fields cannot be, for there are none."""
    if wanted.fields is not None:
        raise file_error(file, "no-field", "a plain list has no fields", "leave the fields out")
    if wanted.label is None:
        message = "a plain list does not say what its addresses are"
        raise file_error(file, "no-label", message, "give the label of all of them: --label")
    maker = TableMaker(file, wanted)
    single, spanned = Spool(maker, networks), Spool(maker, _ranges)
    for line, text in entries(content, file):
        (spanned if "-" in text else single).add(line, text, wanted.label)
    single.flush()
    spanned.flush()
    return maker.finish(from_union, "twice")


def entries(content: bytes, file: str) -> Iterator[tuple[int, str]]:
    """The rows without their comments, each with its line."""
    for line, text in numbered(content, file):
        said = text.partition("#")[0].partition(";")[0].strip()
        if said:
            yield line, said


def _ranges(texts: pa.StringArray) -> Spans:
    ends = [text.partition("-") for text in texts.to_pylist()]
    firsts = pa.array([first.strip() for first, _, _ in ends], pa.string())
    return ranges(firsts, pa.array([last.strip() for _, _, last in ends], pa.string()))
