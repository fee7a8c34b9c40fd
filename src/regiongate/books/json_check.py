"""What the parts of one profile must be to each other."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from regiongate.books.json_place import Path
from regiongate.books.json_shape import Reading

Item = list[Any]
"""The values of one object of a list, in the order of its shape."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What is listed of an organization, each item right for itself, in the order of the line.

    contacts: address, language, verified. keys: digest, prefix. facts: kind, country, since, until,
    source, stated. holdings: owned, owner, share, source, stated. owners: id, name, country.
    """

    organization: str
    contacts: list[Item]
    keys: list[Item]
    facts: list[Item]
    holdings: list[Item]
    owners: list[Item]


def check(reading: Reading, parts: Parts) -> None:
    """Note whatever contradicts something else in the same line."""
    _twice(reading, "contacts", parts.contacts, lambda one: one[0].lower())
    _twice(reading, "keys", parts.keys, lambda one: one[0])
    _twice(reading, "facts", parts.facts, tuple)
    _twice(reading, "holdings", parts.holdings, lambda one: tuple(one[:2]))
    _twice(reading, "owners", parts.owners, lambda one: one[0])
    _facts(reading, parts.facts)
    _holdings(reading, parts)
    _shares(reading, parts.holdings)
    _owners(reading, parts)


def _twice(
    reading: Reading, name: str, items: list[Item], same: Callable[[Item], Hashable]
) -> None:
    """What makes two items the same must not come twice."""
    if len(items) < 2:
        return
    seen: set[Hashable] = set()
    for place, one in enumerate(map(same, items)):
        if one in seen:
            path: Path = (name, place)
            reading.wrong(path, "told-twice", "This was told further up", "tell it once")
        seen.add(one)


def _facts(reading: Reading, facts: list[Item]) -> None:
    for place, (_, _, since, until, _, _) in enumerate(facts):
        if since is not None and until is not None and until < since:
            path: Path = ("facts", place, "until")
            reading.wrong(path, "bad-order", "This ends before it begins", "look at both days")


def _holdings(reading: Reading, parts: Parts) -> None:
    """Who is owned is the organization, or one of the owners that are described beside it."""
    described = {parts.organization, *(one[0] for one in parts.owners)}
    for place, (owned, owner, *_) in enumerate(parts.holdings):
        if owned not in described:
            message = f"`{owned}` is neither {parts.organization} nor one of its `owners`"
            remedy = "describe it among `owners`; tell of another organization in its own line"
            reading.wrong(("holdings", place, "owned"), "not-its-own", message, remedy)
        if owned == owner:
            message, remedy = f"`{owner}` cannot hold a share of itself", "leave it out"
            reading.wrong(("holdings", place, "owner"), "own-share", message, remedy)


def _shares(reading: Reading, holdings: list[Item]) -> None:
    """All shares of one are a whole at most."""
    total: dict[str, Fraction] = {}
    for place, (owned, _, share, *_) in enumerate(holdings):
        total[owned] = total.get(owned, Fraction(0)) + share
        if total[owned] > 1 >= total[owned] - share:
            message = f"The shares of `{owned}` add up to more than the whole"
            path: Path = ("holdings", place, "share")
            reading.wrong(path, "too-much", message, "correct them; leave out shares that overlap")


def _owners(reading: Reading, parts: Parts) -> None:
    holders = {one[1] for one in parts.holdings}
    for place, (name, *_) in enumerate(parts.owners):
        path: Path = ("owners", place, "id")
        if name == parts.organization:
            message = f"`{name}` is the organization itself"
            reading.wrong(path, "own-share", message, "leave it out of `owners`")
        elif name not in holders:
            message = f"`{name}` holds no share here"
            reading.wrong(path, "owns-nothing", message, "add its holding, or leave it out")
