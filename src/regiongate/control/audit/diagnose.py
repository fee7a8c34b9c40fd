"""What was done to a broken chain: which events were changed, removed, reordered or inserted.

An event is the true one of its number when the next one follows it. So the end of the chain, its
head, is what everything is judged by, and heads that were signed before judge the head.
"""

from __future__ import annotations

from bisect import bisect
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from regiongate.control.audit.ranges import Ranges
from regiongate.control.audit.trouble import Trouble, Wrong
from regiongate.control.audit.written import Row, rows
from regiongate.domain.chain import Entry, Head

_True = Mapping[int, Row]
"""The true event of each number under which one was written."""


def diagnose(
    entries: Iterable[Entry], count: int, head: Head, known: tuple[Head, ...]
) -> list[Trouble]:
    """Everything that is wrong with a chain of `count` events; its links are held in memory."""
    signed = max((one.number for one in known), default=0)
    found = rows(entries, max(count, head.number, signed) + 1)
    # Of a head that was changed the hash says more than the number: it cannot be made up.
    ends = (row.written for row in found if row.hash == head.hash and row.written)
    end = next(ends, head.number)
    last = max(end, signed)
    true = _true(found, head, end)
    inserted = [row for row in found if _is_inserted(row, true, last)]
    changed = [row for row in found if row.written is None and row not in set(inserted)]
    there = {*true, *(row.number for row in changed)}
    removed = [number for number in range(1, last + 1) if number not in there]
    return [
        *_inserted(inserted, last),
        *(Trouble(row.number, Wrong.CHANGED, _CHANGED.format(row.number)) for row in changed),
        *_removed(removed),
        *_rewritten(true, end),
        *_reordered(found, true, [row.number for row in inserted], removed),
        *_wrong_heads(true, head, end, known),
    ]


_CHANGED = "event {} is not what was written: its hash differs"


def _true(found: Iterable[Row], head: Head, end: int) -> dict[int, Row]:
    """Of all that claim to be of one number, the one that the next true one follows."""
    claims: dict[int, list[Row]] = defaultdict(list)
    for row in found:
        if row.written is not None:
            claims[row.written].append(row)
    true: dict[int, Row] = {}
    for number in sorted(claims, reverse=True):
        following = true.get(number + 1)
        link = head.hash if number == end else following and following.previous
        rivals = claims[number]
        # The last resort is the first that stands under its own number.
        rivals.sort(key=lambda row: (row.hash != link, row.number != number))
        true[number] = rivals[0]
    return true


def _is_inserted(row: Row, true: _True, last: int) -> bool:
    number = row.written
    if number is None:
        return row.number in true or row.number > last
    return true[number] is not row or number > last


def _inserted(inserted: Iterable[Row], last: int) -> Iterator[Trouble]:
    behind = Ranges(sorted(row.number for row in inserted if row.number > last))
    for row in inserted:
        if row.number <= last:
            words = f"event {row.number} was inserted: the chain leads past it"
            yield Trouble(row.number, Wrong.INSERTED, words)
    for first, until in behind:
        words = f"{_events(first, until)} stood not in the chain, which ends with {last}"
        yield Trouble(first, Wrong.INSERTED, words)


def _removed(removed: Iterable[int]) -> Iterator[Trouble]:
    for first, last in Ranges(removed):
        yield Trouble(first, Wrong.REMOVED, f"{_events(first, last)} of the chain: removed")


def _rewritten(true: _True, end: int) -> Iterator[Trouble]:
    """Events whose own hash holds, but which the next one does not follow."""
    for number, row in true.items():
        following = true.get(number + 1)
        if following is None or number >= end or following.previous == row.hash:
            continue
        after = true.get(number + 2)
        if after is None or after.previous == following.hash:
            words = f"event {number} was written anew: event {number + 1} follows another"
            yield Trouble(number, Wrong.CHANGED, words)


def _reordered(
    found: Iterable[Row], true: _True, inserted: list[int], removed: list[int]
) -> Iterator[Trouble]:
    """Events under another number than their own, or behind a later one.

    Where one was inserted or removed and all that follow moved by one, they have their order.
    """
    inserted.sort()
    most = 0
    for row in found:
        number = row.written
        if number is None or true[number] is not row:
            continue
        moved = bisect(removed, number) - bisect(inserted, row.number)
        if number not in (row.number, row.number + moved):
            words = f"event {row.number} is out of its place: it was written as number {number}"
            yield Trouble(row.number, Wrong.REORDERED, words)
        elif row.number < most:
            words = f"event {row.number} is out of its place: it stands behind event {most}"
            yield Trouble(row.number, Wrong.REORDERED, words)
        most = max(most, row.number)


def _wrong_heads(true: _True, head: Head, end: int, known: Iterable[Head]) -> Iterator[Trouble]:
    if end != head.number:
        words = f"the head says {head.number} of the event that was written as number {end}"
        yield Trouble(head.number, Wrong.HEAD, words)
    elif end and end in true and true[end].hash != head.hash:
        words = f"the head and event {end} differ: one of the two was changed"
        yield Trouble(end, Wrong.HEAD, words)
    for one in known:
        if one.number in true and true[one.number].hash != one.hash:
            words = f"the signed head names another event {one.number}: the chain was written anew"
            yield Trouble(one.number, Wrong.HEAD, words)


def _events(first: int, last: int) -> str:
    return f"event {first}" if first == last else f"events {first} to {last}"
