"""The view `told`: every judged cell with what a report says of it."""

from __future__ import annotations

import duckdb

from regiongate.survey.judged import own_rule


def make_told(database: duckdb.DuckDBPyConnection, *, report_only: bool) -> None:
    """Makes `told` over the view `judged`: with `network` in CIDR form and the rule of `own`.

    Its `own` is the verdict of the cell's organization at the instant of judging. A policy that
    only reports allows everything; then `own` is what it would do if it did more than report.
    """
    shown = _FULL if report_only else "own"
    database.execute(
        f"""CREATE OR REPLACE TEMP VIEW told AS
SELECT * EXCLUDE (own, rule), network_text(hi, lo) AS network,
  {own_rule("judged", "judged")} AS rule, {shown} AS own
FROM judged WHERE "group" <> 'rejected'"""  # noqa: S608 - the names are ours
    )


_FULL = "CASE state WHEN 'exempt' THEN 'allow' WHEN 'suspended' THEN 'suspended' ELSE would END"
