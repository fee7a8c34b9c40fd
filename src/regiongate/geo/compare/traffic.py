"""The traffic of a survey: how many requests came from which address or network."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from regiongate.domain.errors import Problem
from regiongate.geo import wide
from regiongate.geo.column.fold import fold
from regiongate.geo.compare.overlay import Overlay, Weights
from regiongate.geo.formats.cells import columns
from regiongate.geo.formats.csv_rows import Layout, body, layout_of
from regiongate.geo.formats.raw import Fault
from regiongate.geo.formats.rejects import Rejects, shown
from regiongate.geo.formats.spans import Ends, Spans, networks
from regiongate.geo.source import SourceError, file_error
from regiongate.geo.steps import V4_END
from regiongate.geo.wide import U64, Flags, Index

Requests = npt.NDArray[np.float64]

_SHAPE = "address,requests"
_DIGITS = r"^[0-9]{1,15}$"
_MOST_PAIRS = 1 << 22


@dataclass(frozen=True, slots=True, eq=False)
class Traffic:
    """Requests (float64[n]) of n addresses or networks, given by their ends.

    `rejected` counts the lines that could not be read; `problems` are the first thousand of them.
    """

    ends: Ends
    requests: Requests
    rejected: int
    problems: tuple[Problem, ...]

    def weights(self, laid: Overlay) -> Weights:
        """The requests from each step of an overlay (float64[n, 2]).

        Those of a network count in each step by the part of the network that lies in it.
        """
        ends = self.ends
        first = wide.search(laid.hi, laid.lo, ends.first_hi, ends.first_lo)
        last = wide.search(laid.hi, laid.lo, ends.last_hi, ends.last_lo)
        four = (ends.first_hi == 0) & (ends.first_lo < V4_END)
        found = np.zeros((2, laid.row.size))
        for family, members in enumerate((four, ~four)):
            inside = np.flatnonzero(members & (first == last))
            found[family] += np.bincount(first[inside], self.requests[inside], laid.row.size)
            for lines in _batches(np.flatnonzero(members & (first < last)), last - first + 1):
                found[family] += self._spread(laid, lines, first[lines], last[lines])
        return np.ascontiguousarray(found.T)

    def _spread(self, laid: Overlay, lines: Index, first: Index, last: Index) -> Requests:
        """The requests of networks over more than one step: float64[n]."""
        count = last - first + 1
        which = np.repeat(lines, count)
        step = np.arange(count.sum()) + np.repeat(first - (np.cumsum(count) - count), count)
        ends = Ends(*(half[which] for half in self.ends))
        zero = np.uint64(0)
        next_hi, next_lo = np.append(laid.hi[1:], zero)[step], np.append(laid.lo[1:], zero)[step]
        # The last step ends where 128 bits do, and one less than 0 is just that.
        stop_lo = next_lo - np.uint64(1)
        stop_hi = next_hi - (next_lo == 0).astype(np.uint64)
        begins = wide.less(ends.first_hi, ends.first_lo, laid.hi[step], laid.lo[step])
        low = (
            np.where(begins, laid.hi[step], ends.first_hi),
            np.where(begins, laid.lo[step], ends.first_lo),
        )
        stops = wide.less(stop_hi, stop_lo, ends.last_hi, ends.last_lo)
        high = np.where(stops, stop_hi, ends.last_hi), np.where(stops, stop_lo, ends.last_lo)
        part = _count(*low, *high) / _count(*ends)
        return np.bincount(step, self.requests[which] * part, laid.row.size).astype(np.float64)


def read_traffic(path: Path) -> Traffic:
    """Reads CSV of `address,requests`, an address or a network in each line; a heading may be.

    Lines that cannot be read are rejected and counted. Raises SourceError when none is left, and
    OSError when the file cannot be opened.
    """
    file, content = str(path), path.read_bytes()
    layout = layout_of(content, file)
    places = _places(layout)
    rejects = Rejects(file)
    ends: list[Ends] = []
    requests: list[Requests] = []
    for block in body(content, file, layout):
        found = columns(block, places, layout.delimiter, _SHAPE, rejects)
        spans, counts = networks(found.texts[0]), found.texts[1]
        good = _checked(found.lines, spans, counts, rejects)
        kept = np.flatnonzero(good)
        ends.append(_canonical(Ends(*(half[kept] for half in spans.ends))))
        numbers = pc.cast(counts.take(pa.array(kept)), pa.float64())
        requests.append(numbers.to_numpy(zero_copy_only=False))
    if not sum(part.size for part in requests):
        rejects.raise_if_any()
        raise file_error(file, "empty", "the file says nothing", f"write {_SHAPE}")
    halves = (np.concatenate(half) for half in zip(*ends, strict=True))
    return Traffic(Ends(*halves), np.concatenate(requests), rejects.total, _noted(rejects))


def _noted(rejects: Rejects) -> tuple[Problem, ...]:
    try:
        rejects.raise_if_any()
    except SourceError as error:
        return tuple(error.problems)
    return ()


def _places(layout: Layout) -> tuple[int, int]:
    """Where the address and the requests stand: as the heading says, else first and second."""
    names = [name.lower() for name in layout.heading]
    address = next((names.index(n) for n in ("address", "network") if n in names), 0)
    return address, names.index("requests") if "requests" in names else 1


def _checked(lines: Index, spans: Spans, counts: pa.StringArray, rejects: Rejects) -> Flags:
    """The rows that can be counted (bool[n]); the others are noted."""
    bad = np.flatnonzero(~spans.good)
    rejects.add_many(lines[bad], lambda at: spans.fault(int(bad[at])))
    cut = np.flatnonzero(spans.cut)
    remedy = "write the IPv4 address or network"
    rejects.add_many(
        lines[cut], lambda _: Fault("compatible", "::/96 stands for IPv4 addresses", remedy)
    )
    numeric = pc.fill_null(pc.match_substring_regex(counts, _DIGITS), False).to_numpy(
        zero_copy_only=False
    )
    whole = spans.good & ~spans.cut
    odd = np.flatnonzero(whole & ~numeric)
    rejects.add_many(lines[odd], lambda at: _not_a_count(str(counts[int(odd[at])])))
    good: Flags = whole & numeric
    return good


def _not_a_count(text: str) -> Fault:
    message = f"{shown(text)} is no number of requests"
    return Fault("bad-requests", message, "write a whole number from 0 up, in digits")


def _canonical(ends: Ends) -> Ends:
    """Single addresses that carry an IPv4 address as that address; networks as they are."""
    hi, lo = fold(ends.first_hi, ends.first_lo)
    single = wide.equal(*ends)
    return Ends(
        np.where(single, hi, ends.first_hi),
        np.where(single, lo, ends.first_lo),
        np.where(single, hi, ends.last_hi),
        np.where(single, lo, ends.last_lo),
    )


def _batches(lines: Index, sizes: Index) -> list[Index]:
    """Lines whose sizes together are about as much as fits into memory with ease."""
    if not lines.size:
        return []
    batch = np.cumsum(sizes[lines]) // _MOST_PAIRS
    return np.split(lines, np.flatnonzero(np.diff(batch)) + 1)


def _count(first_hi: U64, first_lo: U64, last_hi: U64, last_lo: U64) -> Requests:
    """How many numbers there are from first to last, both included, as float64[n]."""
    # The difference is taken in integers: as floats two neighbours in IPv6 are the same.
    borrow = (last_lo < first_lo).astype(np.uint64)
    whole = (last_hi - first_hi - borrow).astype(np.float64) * 2.0**64
    found: Requests = whole + (last_lo - first_lo).astype(np.float64) + 1.0
    return found
