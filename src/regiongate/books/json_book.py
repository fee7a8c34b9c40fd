"""A book as JSON lines: one object for each organization, with everything that is known of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from regiongate.books import values
from regiongate.books.json_check import Parts, check
from regiongate.books.json_place import column
from regiongate.books.json_shape import Reading, Shape, listed, number, text, truth
from regiongate.books.lines import Lines
from regiongate.books.told import Told
from regiongate.books.wrong import Wrong
from regiongate.domain.contact import Contact
from regiongate.domain.profile import Fact, Holding, Key, Owner, Profile, ProfileContact

_NAME, _ID, _DAY = text(values.line), text(values.identity), text(values.day)
_COUNTRY = text(values.country)

SHAPES = {
    "contacts": Shape(
        {"address": text(values.address), "language": text(values.language), "verified": truth}
    ),
    "keys": Shape({"sha256": text(values.digest), "prefix": text(values.prefix)}, {"prefix"}),
    "facts": Shape(
        {
            "kind": text(values.kind),
            "country": _COUNTRY,
            "since": _DAY,
            "until": _DAY,
            "source": _NAME,
            "stated": _DAY,
        },
        {"since", "until"},
    ),
    "holdings": Shape(
        {"owned": _ID, "owner": _ID, "share": number(values.share), "source": _NAME, "stated": _DAY}
    ),
    "owners": Shape({"id": _ID, "name": _NAME, "country": _COUNTRY}, {"country"}),
}
"""What is listed of an organization, and the shape of each item: the fields of Parts."""

PROFILE = Shape(
    {"organization": _ID, "name": _NAME, "plan": _NAME} | dict.fromkeys(SHAPES, listed), {"plan"}
)


def read(lines: Lines, told: Told) -> Iterator[Profile]:
    """The profiles of a file. A line says everything of its organization, so no list may lack."""
    for line in lines:
        if line.strip():
            profile = _line(line, lines, told)
            if profile is not None:
                yield profile


def _line(line: str, lines: Lines, told: Told) -> Profile | None:
    try:
        value = _LOADS(line)
    except (ValueError, RecursionError) as error:
        lines.report(*_unread(error))
        return None
    reading = Reading()
    profile = _profile(reading, value, told, lines.number)
    for path, wrong in reading.wrongs:
        lines.report(column(line, path), wrong)
    return profile


def _unread(error: ValueError | RecursionError) -> tuple[int, Wrong]:
    """Where in a line, and why, it is not what JSON is."""
    if isinstance(error, json.JSONDecodeError):
        remedy = "write one whole object of JSON in each line"
        return error.colno, Wrong("bad-json", f"This is not JSON ({error.msg})", remedy)
    if isinstance(error, RecursionError):
        return 1, Wrong("bad-json", "The line is too deep", "write it as documented")
    remedy = "write each key of an object once, and plain numbers"
    return 1, Wrong("bad-json", f"The line cannot be read ({error})", remedy)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in an object")
    return found


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number")


_LOADS = json.JSONDecoder(
    object_pairs_hook=_once, parse_float=Decimal, parse_constant=_no_number
).decode


def _profile(reading: Reading, value: object, told: Told, line: int) -> Profile | None:
    """What a line says; None when something of it is wrong."""
    card = reading.read(value, PROFILE)
    if card is None:
        return None
    name, title, plan, *lists = card
    if name is not None:
        reading.add(("organization",), told.organization(name, line))
    pairs = zip(SHAPES.items(), lists, strict=True)
    parts = Parts(name, *(reading.items(said, shape, (key,)) for (key, shape), said in pairs))
    if not reading.wrongs:
        check(reading, parts)
    if reading.wrongs:
        return None
    profile = _made(parts, title, plan)
    for place, (digest, _) in enumerate(parts.keys):
        reading.add(("keys", place, "sha256"), told.key(digest, name))
    for place, owner in enumerate(parts.owners):
        reading.add(("owners", place), told.owner(Owner(*owner), profile, line))
    return None if reading.wrongs else profile


def _made(parts: Parts, title: str, plan: str | None) -> Profile:
    return Profile(
        parts.organization,
        title,
        plan,
        tuple(ProfileContact(Contact(whom, tag), mark) for whom, tag, mark in parts.contacts),
        tuple(sorted((Key(*one) for one in parts.keys), key=lambda key: key.digest)),
        tuple(Fact(*one) for one in parts.facts),
        tuple(sorted((Holding(*one) for one in parts.holdings), key=_pair)),
        tuple(sorted((Owner(*one) for one in parts.owners), key=lambda owner: owner.id)),
    )


def _pair(holding: Holding) -> tuple[str, str]:
    return holding.owned, holding.owner
