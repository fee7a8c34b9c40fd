"""Whether an audit trail is whole: every event in its place, every content as it was written."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import chain as joined

from regiongate.control.audit.diagnose import diagnose
from regiongate.control.audit.ranges import Ranges
from regiongate.control.audit.trouble import Trouble, Verified, Wrong
from regiongate.domain import chain
from regiongate.domain.audit import Tag
from regiongate.domain.chain import Entry, Head

Entries = Callable[[], Iterable[Entry]]
"""Gives all entries of a trail, from the first; it may be asked again."""


def verify(entries: Entries, head: Head, known: Iterable[Head] = ()) -> Verified:
    """Compute a chain again and say everything that is wrong with it.

    `head` is where the chain says that it ends; `known` are earlier heads whose signatures have
    been checked: events that they cover are still there, or somebody has cut the chain and mended
    its end. A sound chain is read once, in constant memory; only a broken one is read again.
    """
    contents = _Contents()
    known = tuple(known)
    events, sound = _follow(entries(), contents, head, known)
    troubles = [] if sound else diagnose(entries(), events, head, known)
    found = sorted(joined(troubles, contents.troubles()), key=_place)
    return Verified(events, contents.erased, tuple(found))


def _place(trouble: Trouble) -> tuple[int, bool]:
    """An event comes before the head that may differ because of it."""
    return trouble.number, trouble.wrong is Wrong.HEAD


def _follow(
    entries: Iterable[Entry], contents: _Contents, head: Head, known: tuple[Head, ...]
) -> tuple[int, bool]:
    """How many events there are, and whether each follows the one before up to all heads."""
    number, previous, sound = 0, chain.START, True
    ends = {one.number: one.hash for one in known}
    sound = len({(one.number, one.hash) for one in known}) == len(ends)
    missing = set(ends) - {0}
    count = 0
    for entry in entries:
        count += 1
        number += 1
        sound &= (
            entry.number == number
            and entry.previous == previous
            and entry.hash_as(number) == entry.hash
            and ends.get(number, entry.hash) == entry.hash
        )
        missing.discard(number)
        previous = entry.hash
        contents.see(entry)
    return count, sound and not missing and head == Head(number, previous)


class _Contents:
    """The contents on their way past: which differ from their digest, which are gone."""

    def __init__(self) -> None:
        self._changed: list[Trouble] = []
        self._gone = Ranges()
        self._told = Ranges()

    def see(self, entry: Entry) -> None:
        """Compare one with the digest that the chain holds."""
        if entry.content is None:
            self._gone.add(entry.number)
        elif not _fits(entry):
            words = (
                f"the content of event {entry.number} is not what was written: its digest differs"
            )
            self._changed.append(Trouble(entry.number, Wrong.CONTENT_CHANGED, words))
        elif entry.tag == Tag.ORGANIZATION_ERASED:
            self._told.add_text(str(json.loads(entry.content.detail).get("events", "")))

    @property
    def erased(self) -> int:
        """How many contents are gone, rightly or not."""
        return len(self._gone)

    def troubles(self) -> Iterator[Trouble]:
        """What changed, and what is gone although no event says that it was erased."""
        yield from self._changed
        for first, last in self._gone.without(self._told):
            which = f"event {first}" if first == last else f"events {first} to {last}"
            words = (
                f"the content of {which} is gone, and no {Tag.ORGANIZATION_ERASED} event says so"
            )
            yield Trouble(first, Wrong.CONTENT_REMOVED, words)


def _fits(entry: Entry) -> bool:
    said = entry.content
    if said is None:
        return False
    try:
        return chain.digest(said.salt, said.text) == entry.digest
    except ValueError:  # The salt is not hexadecimal any more.
        return False
