"""Cells whose addresses are located → sightings, as the store keeps them."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from regiongate.domain.errors import CannotRun
from regiongate.domain.verdict import Verdict
from regiongate.store.sightings import SCHEMA

_COUNTED = {
    "allowed": Verdict.ALLOW,
    "warned": Verdict.WARN,
    "blocked": Verdict.BLOCK,
    "suspended": Verdict.SUSPENDED,
    "handed_over": Verdict.HAND_OVER,
}
_HIDDEN = "list_has_any(string_split(anonymizers, ','), ['tor', 'vpn', 'proxy'])"
"""Through what serves to hide a client: neither a data centre alone nor a private relay."""
_IDENTITY = 'organization, public_key("key") AS "key", network_text(hi, lo) AS network, region, day'


def sightings(connection: duckdb.DuckDBPyConnection, seen: str = "seen") -> pa.Table:
    """The sightings (`store.sightings.SCHEMA`) in a relation of cells (CELLS) joined to PLACED.

    `seen` is its name, or SQL in brackets; the connection is one of a survey's session. Rejected
    rows are left out. A request is unsupported where its region is on the wrong side of the list,
    whatever its class. Raises CannotRun when a cell has no day.
    """
    kept = f"(SELECT * FROM {seen} WHERE \"group\" <> 'rejected')"  # noqa: S608
    _require_days(connection, kept)
    verdicts = "".join(
        ", " + _sum(f"verdict = '{verdict}'") + f" AS {name}" for name, verdict in _COUNTED.items()
    )
    found = connection.sql(f"""
        SELECT {_IDENTITY},
          sum(requests)::BIGINT AS requests,
          {_sum("NOT supported")} AS unsupported,
          {_sum("class = 'disputed'")} AS disputed,
          {_sum(_HIDDEN)} AS anonymized,
          sum(tokens)::BIGINT AS tokens,
          min("first") AS "first", max("last") AS "last"{verdicts}
        FROM {kept} GROUP BY ALL""")  # noqa: S608
    return found.to_arrow_table().cast(SCHEMA)


def _sum(condition: str) -> str:
    return f"coalesce(sum(requests) FILTER ({condition}), 0)::BIGINT"


def _require_days(connection: duckdb.DuckDBPyConnection, kept: str) -> None:
    [(lacking,)] = connection.sql(
        f"SELECT coalesce(sum(requests), 0)::BIGINT FROM {kept} WHERE day IS NULL"  # noqa: S608
    ).fetchall()
    if lacking:
        message = f"{lacking} requests have no time, and a sighting is of a day"
        raise CannotRun(f"{message}: name the column of times, or leave out --save")
