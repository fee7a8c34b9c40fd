"""How the fields of a label are named, alike for every format.

A field is a text. `|` separates alternatives: of those that a row has, the first one that holds
something counts, so `country_code|country.iso_code` reads files of several makers. Within a
MaxMind DB an alternative is a path (`country.iso_code`, `subdivisions.0.iso_code`); in a CSV file
it is the name of a column in the heading, or the number of a column, counted from 1.
"""

from __future__ import annotations

from collections.abc import Sequence

from regiongate.geo.source import SourceError, file_error

Places = tuple[tuple[int, ...], ...]
"""For each field the places of its alternatives, counted from 0."""


def alternatives(field: str) -> tuple[str, ...]:
    """The alternatives of a field, in their order."""
    return tuple(part.strip() for part in field.split("|"))


def places_of(fields: Sequence[str], heading: Sequence[str], file: str) -> Places:
    """Where the fields stand in rows under a heading (which may be empty).

    Raises SourceError for a field of which the file has no alternative.
    """
    names = [name.strip().lower() for name in heading]
    return tuple(_places(field, names, file) for field in fields)


def names_of(fields: Sequence[str], known: Sequence[str], file: str) -> tuple[int, ...]:
    """Which of the known names each field means, for formats whose rows have fixed fields."""
    return tuple(_places(field, list(known), file)[0] for field in fields)


def _places(field: str, names: list[str], file: str) -> tuple[int, ...]:
    found = [_place(name.lower(), names) for name in alternatives(field)]
    places = tuple(place for place in found if place is not None)
    if not places:
        raise no_field(field, names, file)
    return places


def _place(name: str, names: list[str]) -> int | None:
    if name in names:
        return names.index(name)
    if name.isascii() and name.isdecimal() and 0 < int(name[:4]) <= 1000:
        return int(name[:4]) - 1
    return None


def no_field(field: str, names: Sequence[str], file: str) -> SourceError:
    """The error for a field that a file has not; `names` are those that it has."""
    known = f"name one of: {', '.join(names)}" if names else "name a column by its number, from 1"
    return file_error(file, "no-field", f"there is no field {field!r}", known)
