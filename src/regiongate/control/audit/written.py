"""Under which number each event of a broken chain was written: its hash holds for no other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from regiongate.domain.chain import Entry

_SEARCHED = 20
"""For so many events every number is tried; for all of a long chain that would take days."""


@dataclass(slots=True, eq=False)
class Row:
    """An event where it stands: its number there, its links, and the number it was written under.

    `written` is None where its hash holds under no number: something of it was changed.
    """

    number: int
    previous: str
    hash: str
    written: int | None


def rows(entries: Iterable[Entry], last: int) -> list[Row]:
    """The events in the order in which they stand; numbers up to `last` are tried for each."""
    found, odd = _in_passing(entries)
    near = dict(_neighbours(found))
    searched = 0
    for row, entry in odd:
        guesses: Iterable[int] = [near[link] for link in (row.previous, row.hash) if link in near]
        if not any(entry.hash_as(guess) == entry.hash for guess in guesses):
            searched += 1
            guesses = range(1, last + 1) if searched <= _SEARCHED else ()
        row.written = next((n for n in guesses if entry.hash_as(n) == entry.hash), None)
    return found


def _in_passing(entries: Iterable[Entry]) -> tuple[list[Row], list[tuple[Row, Entry]]]:
    """All rows, nearly all of them with their number; and the odd ones, which it is not near."""
    found: list[Row] = []
    odd: list[tuple[Row, Entry]] = []
    shift, before = 0, ""
    for entry in entries:
        number = entry.number
        near = (number, number + shift, number - 1, number + 1)
        written = next((n for n in near if entry.hash_as(n) == entry.hash), None)
        # One text for both ends of a link saves a third of the memory.
        previous = before if entry.previous == before else entry.previous
        found.append(Row(number, previous, entry.hash, written))
        before = entry.hash
        if written is None:
            odd.append((found[-1], entry))
        else:
            shift = written - number
    return found, odd


def _neighbours(found: list[Row]) -> Iterator[tuple[str, int]]:
    """By each link, the number of whom it joins to a row whose number is known."""
    for row in found:
        if row.written is not None:
            yield row.hash, row.written + 1
            yield row.previous, row.written - 1
