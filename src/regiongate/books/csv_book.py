"""A book as CSV: one row for each contact and each key."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter
from typing import TypeVar

from regiongate.books import values
from regiongate.books.lines import Lines
from regiongate.books.told import Told
from regiongate.books.wrong import Wrong, shown
from regiongate.domain.notice import Contact
from regiongate.domain.profile import Key, Profile, ProfileContact

T = TypeVar("T")

HEADER = (
    *("organization", "name", "plan", "contact", "language", "verified"),
    *("key_sha256", "key_prefix"),
)
"""The columns, in whatever order; all of them, and no others."""


ID, NAME, PLAN, CONTACT, LANGUAGE, VERIFIED, DIGEST, PREFIX = range(len(HEADER))

Row = tuple[str, str, str | None, ProfileContact | None, Key | None]
"""What a row says: id, name, plan, and a contact, a key, both or neither."""


def read(lines: Lines, told: Told) -> Iterator[Profile]:
    """The profiles of a file, without facts and owners, for which a row has no room.

    The rows of one organization stand together and say the same of its name and plan. A contact or
    a key may come again as it was: a table that joins both looks so.
    """
    # A quote that is never closed would swallow all rows after it, so the reading is strict.
    rows = csv.reader(iter(lines), strict=True)
    try:
        order = _order(lines, next(rows, []))
        if order is not None:
            yield from _Rows(lines, told, order).profiles(rows)
    except csv.Error as error:
        message = f"The row cannot be read ({error})"
        lines.report(1, Wrong("bad-csv", message, "close every quote, and keep cells short"))


def _order(lines: Lines, cells: list[str]) -> list[int] | None:
    """Where in a row each column of HEADER stands; None when this is no header."""
    for number, name in enumerate(cells):
        if name not in HEADER or name in cells[:number]:
            message = f"`{shown(name)}` {'comes twice' if name in HEADER else 'is not a column'}"
            wrong = Wrong("unknown-column", message, f"write {','.join(HEADER)}")
            lines.report(_column(lines.text, number), wrong)
    missing = [name for name in HEADER if name not in cells]
    if missing:
        message = f"The header lacks {', '.join(missing)}"
        lines.report(1, Wrong("bad-header", message, f"begin with `{','.join(HEADER)}`"))
    if missing or len(cells) != len(HEADER):
        return None
    return [cells.index(name) for name in HEADER]


def _column(text: str, number: int) -> int:
    """At which letter of a line a cell begins, from 1; 1 where the row began further up."""
    quoted = False
    for place, letter in enumerate(text, start=1):
        if number == 0:
            return place
        if letter == '"':
            quoted = not quoted
        elif letter == "," and not quoted:
            number -= 1
    return 1


def _flag(text: str) -> bool:
    if text not in ("true", "false"):
        message = f"`{shown(text)}` does not say whether the contact is verified"
        raise Wrong("bad-verified", message, "write true or false")
    return text == "true"


def _or_none(parse: Callable[[str], T]) -> Callable[[str], T | None]:
    return lambda text: parse(text) if text else None


_plan, _address = _or_none(values.line), _or_none(values.address)
_language, _verified = _or_none(values.language), _or_none(_flag)
_digest, _prefix = _or_none(values.digest), _or_none(values.prefix)

_CELLS: tuple[Callable[[str], object], ...] = (
    *(values.identity, values.line, _plan, _address, _language, _verified, _digest, _prefix),
)
"""How each cell is read."""

_NEEDS = (
    *((CONTACT, LANGUAGE), (CONTACT, VERIFIED), (LANGUAGE, CONTACT), (VERIFIED, CONTACT)),
    (PREFIX, DIGEST),
)
"""Where the first of two cells is written, the second must be."""


def _parsed(cells: Sequence[str]) -> Row | None:
    """What a row says; None, or Wrong, where it says something wrong."""
    if any(cells[one] and not cells[other] for one, other in _NEEDS):
        return None
    contact = key = None
    if cells[CONTACT]:
        whom = Contact(values.address(cells[CONTACT]), values.language(cells[LANGUAGE]))
        contact = ProfileContact(whom, _flag(cells[VERIFIED]))
    if cells[DIGEST]:
        key = Key(values.digest(cells[DIGEST]), _prefix(cells[PREFIX]))
    name, title = values.identity(cells[ID]), values.line(cells[NAME])
    return name, title, _plan(cells[PLAN]), contact, key


def _wrongs(cells: Sequence[str]) -> Iterator[tuple[int, Wrong]]:
    """Everything that is wrong with a row, with the cell it is in."""
    for number, (parse, cell) in enumerate(zip(_CELLS, cells, strict=True)):
        try:
            parse(cell)
        except Wrong as wrong:
            yield number, wrong
    for one, other in _NEEDS:
        if cells[one] and not cells[other]:
            message = f"`{HEADER[one]}` is written, and `{HEADER[other]}` is not"
            yield other, Wrong("empty-cell", message, "write both, or neither")


class _Rows:
    """The rows of one file, as they become profiles."""

    def __init__(self, lines: Lines, told: Told, order: list[int]) -> None:
        self._lines = lines
        self._told = told
        self._order = order
        self._ordered = itemgetter(*order)
        self._id: str | None = None
        self._name = ""
        self._plan: str | None = None
        self._contacts: dict[str, ProfileContact] = {}
        self._keys: dict[bytes, Key] = {}

    def profiles(self, rows: Iterable[list[str]]) -> Iterator[Profile]:
        """One for each run of rows with the same id."""
        for cells in rows:
            found = self._row(cells) if cells else None
            if found is None:
                continue
            if found[ID] != self._id:
                yield from self._gathered()
                self._begin(*found[:3])
            self._add(found)
        yield from self._gathered()

    def _row(self, cells: list[str]) -> Row | None:
        """What a row says; None when that is wrong, which is noted."""
        if len(cells) != len(HEADER):
            message = f"The row has {len(cells)} columns"
            self._lines.report(1, Wrong("bad-row", message, f"write {len(HEADER)}, as the header"))
            return None
        ordered = self._ordered(cells)
        try:
            found = _parsed(ordered)
        except Wrong:
            found = None
        if found is None:
            for number, wrong in _wrongs(ordered):
                self._report(number, wrong)
        return found

    def _begin(self, name: str, title: str, plan: str | None) -> None:
        self._id, self._name, self._plan = name, title, plan
        self._contacts, self._keys = {}, {}
        self._report(ID, self._told.organization(name, self._lines.number))

    def _add(self, row: Row) -> None:
        name, title, plan, contact, key = row
        for number, said, known in ((NAME, title, self._name), (PLAN, plan, self._plan)):
            if said != known:
                self._contradiction(number, f"`{HEADER[number]}` is another than further up")
        if contact is not None:
            # Letters of another case name the same mailbox nearly everywhere.
            known_contact = self._contacts.setdefault(contact.contact.address.lower(), contact)
            if known_contact != contact:
                self._contradiction(CONTACT, "The contact is told of otherwise further up")
        if key is not None:
            self._report(DIGEST, self._told.key(key.digest, name))
            if self._keys.setdefault(key.digest, key) != key:
                self._contradiction(PREFIX, "The key has another prefix further up")

    def _gathered(self) -> Iterator[Profile]:
        if self._id is not None:
            keys = sorted(self._keys.values(), key=lambda key: key.digest)
            contacts = tuple(self._contacts.values())
            yield Profile(self._id, self._name, self._plan, contacts, tuple(keys))

    def _contradiction(self, number: int, message: str) -> None:
        self._report(number, Wrong("contradiction", message, "say the same in each of its rows"))

    def _report(self, number: int, wrong: Wrong | None) -> None:
        if wrong is not None:
            self._lines.report(_column(self._lines.text, self._order[number]), wrong)
