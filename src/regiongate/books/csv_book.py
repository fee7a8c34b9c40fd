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
from regiongate.domain.contact import Contact
from regiongate.domain.profile import Key, Profile, ProfileContact

T = TypeVar("T")

HEADER = (
    *("organization", "name", "plan", "contact", "language", "verified"),
    *("key_sha256", "key_prefix"),
)
"""The columns, in whatever order; all of them, and no others."""


ID, NAME, PLAN, CONTACT, LANGUAGE, VERIFIED, DIGEST, PREFIX = range(len(HEADER))


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
            # It is not shown: where there is no header, it may be the key of the first row.
            message = "The column comes twice" if name in HEADER else "This is not a column"
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


def _contact(cells: Sequence[str]) -> ProfileContact | None:
    """The contact of a row. Raises ValueError or Wrong: the whole row is looked at then."""
    address, language, verified = cells[CONTACT], cells[LANGUAGE], cells[VERIFIED]
    if not address:
        if language or verified:
            raise ValueError("half a contact")
        return None
    return ProfileContact(Contact(address, values.language(language)), _flag(verified))


def _key(cells: Sequence[str]) -> Key | None:
    """The key of a row. Raises ValueError or Wrong: the whole row is looked at then."""
    digest, prefix = cells[DIGEST], cells[PREFIX]
    if not digest:
        if prefix:
            raise ValueError("half a key")
        return None
    return Key(values.digest(digest), prefix or None)


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
        self._card: tuple[str, ...] | None = None
        self._contacts: dict[str, ProfileContact] = {}
        self._keys: dict[bytes, Key] = {}

    def profiles(self, rows: Iterable[list[str]]) -> Iterator[Profile]:
        """One for each run of rows with the same id."""
        for cells in rows:
            if len(cells) == len(HEADER):
                ordered = self._ordered(cells)
                if self._card is None or ordered[ID] != self._card[ID]:
                    yield from self._gathered()
                self._take(ordered)
            elif cells:
                message = f"The row has {len(cells)} columns"
                remedy = f"write {len(HEADER)}, as the header"
                self._lines.report(1, Wrong("bad-row", message, remedy))
        yield from self._gathered()

    def _take(self, cells: tuple[str, ...]) -> None:
        """Take one row, or note everything that is wrong with it."""
        # Nearly every row is right, so what is wrong with one is looked for only then.
        try:
            if self._card is None:
                values.identity(cells[ID])
            if self._card is None or cells[NAME:CONTACT] != self._card[NAME:CONTACT]:
                values.line(cells[NAME])
                _plan(cells[PLAN])
            contact, key = _contact(cells), _key(cells)
        except (ValueError, Wrong):
            wrongs = list(_wrongs(cells))
            if not wrongs:
                raise  # A row must not be lost because two readings of it differ.
            for number, wrong in wrongs:
                self._report(number, wrong)
        else:
            self._add(cells, contact, key)

    def _add(self, cells: tuple[str, ...], contact: ProfileContact | None, key: Key | None) -> None:
        if self._card is None:
            self._card = cells[:CONTACT]
            self._report(ID, self._told.organization(cells[ID], self._lines.number))
        for number in (NAME, PLAN):
            if cells[number] != self._card[number]:
                self._contradiction(number, f"`{HEADER[number]}` is another than further up")
        if contact is not None:
            # Letters of another case name the same mailbox nearly everywhere.
            known = self._contacts.setdefault(contact.contact.address.lower(), contact)
            if known != contact:
                self._contradiction(CONTACT, "The contact is told of otherwise further up")
        if key is not None:
            self._report(DIGEST, self._told.key(key.digest, cells[ID]))
            if self._keys.setdefault(key.digest, key) != key:
                self._contradiction(PREFIX, "The key has another prefix further up")

    def _gathered(self) -> Iterator[Profile]:
        """What the rows of one organization have said, and nothing of the next yet."""
        if self._card is not None:
            name, title, plan = self._card
            contacts, keys = tuple(self._contacts.values()), tuple(self._keys.values())
            if len(keys) > 1:
                keys = tuple(sorted(keys, key=lambda key: key.digest))
            yield Profile(name, title, plan or None, contacts, keys)
        self._card, self._contacts, self._keys = None, {}, {}

    def _contradiction(self, number: int, message: str) -> None:
        self._report(number, Wrong("contradiction", message, "say the same in each of its rows"))

    def _report(self, number: int, wrong: Wrong | None) -> None:
        if wrong is not None:
            self._lines.report(_column(self._lines.text, self._order[number]), wrong)
