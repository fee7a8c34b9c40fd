"""What the verdict of an organization itself is, as SQL over placed addresses and standings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

import duckdb
import pyarrow as pa

from regiongate.domain.organization import Organization, State

VERDICTS = ("allow", "warn", "block", "suspended", "hand-over")
"""Every verdict, in the order of tables and plots."""


def own(found: str, standings: str) -> str:
    """The verdict that an organization itself gets, from a row of PLACED and its standing."""
    return (
        f"CASE WHEN {standings}.state = 'exempt' THEN {found}.exempt"
        f" WHEN {standings}.state = 'suspended' AND {found}.suspended = 'suspended'"
        f" THEN {found}.suspended"
        f" WHEN {found}.verdict = 'block' AND {_is_handed(found, standings)} THEN 'hand-over'"
        f" ELSE {found}.verdict END"
    )


def _is_handed(found: str, standings: str) -> str:
    """Whether an organization agreed to a provider that serves an address."""
    return (
        f"coalesce(list_contains(string_split({found}.handed, ','), {standings}.provider), false)"
    )


def own_rule(found: str, standings: str) -> str:
    """The rule that makes this verdict."""
    return (
        f"CASE WHEN {standings}.state = 'exempt'"
        f" OR {standings}.state = 'suspended' AND {found}.suspended = 'suspended'"
        f" THEN 'organization:' || {standings}.state"
        f" WHEN {_is_handed(found, standings)}"
        f" THEN 'hand-over:' || {standings}.provider || ' ' || {found}.rule ELSE {found}.rule END"
    )


def standing_rows(organizations: Iterable[Organization], at: datetime) -> pa.Table:
    """Who is not ordinary at an instant: `organization`, `state`, `provider` (or null)."""
    held = [(one.id, one.standing) for one in organizations]
    told = [
        (name, str(standing.state_at(at)), standing.handed_to_at(at)) for name, standing in held
    ]
    rows = [row for row in told if row[1] != State.ORDINARY or row[2] is not None]
    names = ("organization", "state", "provider")
    return pa.table(
        {name: pa.array([row[n] for row in rows], pa.string()) for n, name in enumerate(names)}
    )


def rows(database: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    """What a statement gives, by column; maps as dictionaries, instants in UTC."""
    found = cast(pa.Table, database.sql(sql).to_arrow_table())
    return cast(list[dict[str, Any]], found.to_pylist(maps_as_pydicts="strict"))
