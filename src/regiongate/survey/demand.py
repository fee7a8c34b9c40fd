"""Rows of logs → demand, as the store keeps it: what was asked for, by model and feature."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from regiongate.domain.demand import FEATURES
from regiongate.store.demands import SCHEMA
from regiongate.survey.formats.format import TOKEN_KINDS, literal
from regiongate.survey.scan import Log, rows
from regiongate.survey.session import Session

_MOST = 2**63 - 1
"""The greatest number that is kept; a client may claim any number of tokens."""

_FEATURE = (
    "CASE split_part(ltrim(path, '/'), '/', 2) "
    + " ".join(
        f"WHEN {literal(segment)} THEN {literal(feature)}" for segment, feature in FEATURES.items()
    )
    + " END"
)


def demand_of(session: Session, logs: Sequence[Log]) -> pa.Table:
    """The demand (`store.demands.SCHEMA`) in logs whose addresses are located in `placed`.

    The logs are read once more, because cells have examples of models and paths and not all of
    them. Rows that are rejected, or that name no organization, are left out.
    """
    read = rows(logs, examples=True, also=TOKEN_KINDS)
    located = "SELECT address FROM placed WHERE \"group\" <> 'rejected'"
    some = f'SELECT *, "time"::DATE AS "day" FROM ({read}) WHERE address IN ({located})'  # noqa: S608
    return session.table(_summed(some)).cast(SCHEMA)


def demand_in(connection: duckdb.DuckDBPyConnection, cells: str) -> pa.Table:
    """The demand in cells of the gateway's log, which knows the path, and of tokens nothing.

    `cells` is SQL that gives them, each with its own path. Rejected ones are left out.
    """
    unknown = ", ".join(f"NULL::BIGINT AS {name}" for name in TOKEN_KINDS)
    some = f"SELECT *, {unknown} FROM {cells} WHERE \"group\" <> 'rejected'"  # noqa: S608
    return connection.sql(_summed(some)).to_arrow_table().cast(SCHEMA)


def _summed(some: str) -> str:
    tokens = ", ".join(f"{_sum(name)} AS {name}" for name in ("tokens", *TOKEN_KINDS))
    return f"""
SELECT organization, "day", model, {_FEATURE} AS feature, count(*)::BIGINT AS requests, {tokens}
FROM ({some}) WHERE organization <> '' GROUP BY ALL"""  # noqa: S608 - ours


def _sum(name: str) -> str:
    return f"CASE WHEN count({name}) > 0 THEN least(sum({name}), {_MOST})::BIGINT END"
