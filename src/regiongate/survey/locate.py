"""The distinct addresses of the cells, located: the table `placed` and the view `seen`."""

from __future__ import annotations

import pyarrow as pa

from regiongate.survey.cells import REJECTED
from regiongate.survey.placing import Placing
from regiongate.survey.session import Session

_BATCH = 1 << 20
"""Addresses at a time: what is made of them takes some hundred bytes each."""


def locate(session: Session, placing: Placing) -> dict[str, int]:
    """Makes `placed` (PLACED) of the addresses in `cells`, and settles both."""
    database = session.connection
    reader = database.cursor().sql("SELECT DISTINCT address FROM cells").to_arrow_reader(_BATCH)
    batches = (placing.locate(batch) for batch in reader)
    first = True
    for batch in batches:
        database.register("batch", pa.Table.from_batches([batch]))
        verb = "CREATE TABLE placed AS FROM" if first else "INSERT INTO placed FROM"
        database.execute(f"{verb} batch")
        database.unregister("batch")
        first = False
    if first:
        _empty(session, placing)
    return settle(session)


def settle(session: Session) -> dict[str, int]:
    """Makes `seen` of `cells` and `placed`, and takes rejected rows out of `cells`.

    Returns how many rows are located, unknown, special and rejected.
    """
    database = session.connection
    database.execute(
        "CREATE VIEW seen AS SELECT cells.*, placed.* EXCLUDE (address)"
        " FROM cells JOIN placed USING (address)"
    )
    counted = database.execute(
        'SELECT "group", sum(requests)::BIGINT FROM seen GROUP BY 1'
    ).fetchall()
    found = {group: int(requests) for group, requests in counted}
    if found.get(REJECTED):
        database.execute(
            "DELETE FROM counted WHERE address IN"
            " (SELECT address FROM placed WHERE \"group\" = 'rejected')"
        )
    return found


def _empty(session: Session, placing: Placing) -> None:
    nothing = pa.RecordBatch.from_pydict({"address": pa.array([], pa.string())})
    session.connection.register("batch", pa.Table.from_batches([placing.locate(nothing)]))
    session.connection.execute("CREATE TABLE placed AS FROM batch")
    session.connection.unregister("batch")
