"""Is a new version of a source one that may follow the old one?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from regiongate.geo.source import SourceTable
from regiongate.geo.store.coverage import Coverage, Move, coverage, moves
from regiongate.geo.store.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Change:
    """What differs between two versions of a source.

    `moves` are between two labels, or to and from none; `moved` is the share of the addresses
    with a label in both that have another one now, the larger one of IPv4 and IPv6.
    """

    before: Coverage
    after: Coverage
    moves: tuple[Move, ...]
    moved: float


def change(before: SourceTable, after: SourceTable) -> Change:
    """The difference of two versions."""
    was, found = coverage(before.steps), moves(before, after)
    lost = [move for move in found if move.after is None]
    moved = [move for move in found if move.before is not None and move.after is not None]
    v4 = _share(sum(m.ipv4 for m in moved), was.ipv4 - sum(m.ipv4 for m in lost))
    v6 = _share(sum(m.ipv6 for m in moved), was.ipv6 - sum(m.ipv6 for m in lost))
    return Change(was, coverage(after.steps), tuple(found), max(v4, v6))


def objections(table: SourceTable, at: datetime) -> list[str]:
    """Why a version must not be believed on its own; empty when it may."""
    said = []
    if table.source.age.days(at) < -1:  # Makers live in time zones that are ahead of UTC.
        said.append(f"its data is of {table.source.date}, a day that has not come yet")
    if not table.regions:
        said.append("it says nothing of any address: is it the right file, the right field?")
    return said


def objections_after(
    before: SourceTable, after: SourceTable, found: Change, recipe: Recipe
) -> list[str]:
    """Why a version must not simply follow another one; empty when it may."""
    said = []
    old, new = before.source.date, after.source.date
    if new < old:
        said.append(f"its data is of {new}, older than that of {old}")
    for family, was, now in (
        ("IPv4", found.before.ipv4, found.after.ipv4),
        ("IPv6", found.before.ipv6, found.after.ipv6),
    ):
        if now < recipe.least_covered * was:
            share = f"{_share(now, was):.0%} of the {family} addresses"
            said.append(f"it covers {share} that it covered, at least {recipe.least_covered:.0%}")
    if found.moved > recipe.most_moved:
        share = f"{found.moved:.1%} of the addresses"
        said.append(f"{share} have another region, at most {recipe.most_moved:.0%}")
    return said


def _share(part: int, whole: int) -> float:
    return part / whole if whole > 0 else 0.0
