"""The decision table of a bundle, read back: what each group gets at a place key at an instant."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from regiongate.compiler.table import Places
from regiongate.domain.errors import CannotRun
from regiongate.domain.judge import row_at
from regiongate.domain.verdict import Change, Decision, PlaceClass, Row, Verdict

Group = tuple[str, str]
"""Who gets the same everywhere: ("standing", its name) or ("open path", its pattern)."""


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of each group by place key, and the group and the key that hold when none fits."""

    generation: str
    rows: Mapping[Group, Places]
    ordinary: Group
    unknown: str

    def row(self, group: Group, key: str, at: datetime) -> Row:
        """The row that holds for a group at a place key at an instant."""
        places = self.rows[group]
        found = places.get(key)
        return row_at(list(places[self.unknown] if found is None else found), at)

    def instants(self) -> list[datetime]:
        """Every instant (UTC) at which a row ends, sorted."""
        found = {row.until for row in self._all()}
        return sorted(instant for instant in found if instant is not None)

    def _all(self) -> Iterator[Row]:
        for places in self.rows.values():
            for rows in places.values():
                yield from rows


def standing(name: str) -> Group:
    """The group of all organizations of a standing."""
    return "standing", name


def opened(pattern: str) -> Group:
    """The group of all requests for an open path."""
    return "open path", pattern


def read(content: bytes, where: str) -> Table:
    """The decision table that a bundle holds; CannotRun, naming `where`, when it is damaged."""
    try:
        said = json.loads(content)
        groups = {standing(name): _places(said) for name, said in said["standings"].items()}
        groups |= {opened(path): _places(said) for path, said in said["open_paths"].items()}
        table = Table(said["generation"], groups, standing(said["ordinary"]), said["unknown"])
        whole = all(table.unknown in places for places in groups.values())
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise _damaged(where, f"{type(error).__name__}: {error}") from error
    if not whole or table.ordinary not in groups:
        raise _damaged(where, "it does not say what holds where nothing is known")
    return table


def _damaged(where: str, why: str) -> CannotRun:
    return CannotRun(f"{where} is no decision table ({why}): build the bundle again")


def _places(said: dict[str, Any]) -> Places:
    places = {key: tuple(_row(row) for row in rows) for key, rows in said.items()}
    for rows in places.values():
        if not rows or rows[-1].until is not None:
            raise ValueError("a place key without a row for good")
    return places


def _row(said: dict[str, Any]) -> Row:
    following = said["next"]
    decision = Decision(
        verdict=Verdict(said["verdict"]),
        rule=str(said["rule"]),
        place_class=PlaceClass(said["class"]),
        reason="",
        would=Verdict(said["would"]),
    )
    change = None
    if following is not None:
        change = Change(Verdict(following["verdict"]), _required(following["at"]))
    return Row(decision, _instant(said["since"]), _instant(said["until"]), change)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else _required(text)


def _required(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
