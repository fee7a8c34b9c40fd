"""What the verdict of an organization itself is, as SQL over placed addresses and standings."""

from __future__ import annotations

from typing import Any, cast

import duckdb
import pyarrow as pa

VERDICTS = ("allow", "warn", "block", "suspended", "hand-over")
"""Every verdict, in the order of tables and plots."""


def own(found: str, standings: str) -> str:
    """The verdict that an organization itself gets, from a row of PLACED and its standing."""
    return (
        f"CASE {standings}.state WHEN 'exempt' THEN {found}.exempt"
        f" WHEN 'suspended' THEN {found}.suspended ELSE {found}.verdict END"
    )


def own_rule(found: str, standings: str) -> str:
    """The rule that makes this verdict."""
    return (
        f"CASE WHEN {standings}.state = 'exempt'"
        f" OR {standings}.state = 'suspended' AND {found}.suspended = 'suspended'"
        f" THEN 'organization:' || {standings}.state ELSE {found}.rule END"
    )


def rows(database: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    """What a statement gives, by column; maps as dictionaries, instants in UTC."""
    found = cast(pa.Table, database.sql(sql).to_arrow_table())
    return cast(list[dict[str, Any]], found.to_pylist(maps_as_pydicts="strict"))
