"""A bundle as any program would read it: the official MaxMind DB reader and `decisions.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import maxminddb

from tests.exactness.reading import ELSEWHERE, Said
from tests.support import interpreter

Place = tuple[str, str | None, str | None]
"""Place key, country and region."""


class Official:
    """The table and the database of a bundle.

    `standings` names the standing of each organization; of `open_paths`, which the table has in
    alphabetical order, the one counts that the policy names first.
    """

    def __init__(
        self, bundle: Path, standings: Mapping[str | None, str], open_paths: Sequence[str]
    ) -> None:
        self._table: dict[str, Any] = json.loads((bundle / "decisions.json").read_text("utf-8"))
        self._database = maxminddb.open_database(bundle / "verdict.mmdb", maxminddb.MODE_AUTO)
        self._standings = standings
        self._open_paths = open_paths

    def place(self, text: str) -> Place:
        """What the database says of an address; the table says what holds where it says nothing."""
        found: Any = self._database.get(text)
        if found is None:
            return self._table["unknown"], None, None
        country = found.get("country", {}).get("iso_code")
        parts = found.get("subdivisions", [{}])
        return found["city"]["names"]["en"], country, parts[0].get("iso_code")

    def said(self, place: Place, who: str | None, at: datetime, path: str | None) -> Said:
        """What the table says of a place at an instant."""
        row = self._row(place[0], who, at, path or ELSEWHERE)
        return (row["verdict"], row["rule"], row["class"], row["would"], *place[1:])

    def _row(self, key: str, who: str | None, at: datetime, path: str) -> dict[str, Any]:
        places = self._table["standings"][self._standings.get(who, self._table["ordinary"])]
        opened = (one for one in self._open_paths if interpreter.opens(one, path))
        for pattern in [*opened][:1]:
            places = self._table["open_paths"][pattern]
        rows = places.get(key, places[self._table["unknown"]])
        # Written in one form of one length, instants compare as text.
        now = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        row: dict[str, Any] = next(r for r in rows if r["until"] is None or now < r["until"])
        return row
