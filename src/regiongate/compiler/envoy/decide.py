"""The filter that decides: the decision table as one matching tree whose leaves do the work.

Path, then standing, then place, then the clock. A leaf writes the decision into request headers;
a leaf that refuses also carries the filter that refuses, and the wording of the refusal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from regiongate.compiler.envoy import leaf, matcher, names
from regiongate.compiler.envoy.typed import Config, composite
from regiongate.compiler.table import DecisionTable, Standings
from regiongate.domain.refusal import SELF_CHECK_PATH
from regiongate.domain.verdict import Row

Leaf = Callable[[DecisionTable, Row], Config]


def decide(table: DecisionTable) -> Config:
    """The filter for one table."""
    return composite("decide", _tree(table))


def _tree(table: DecisionTable) -> Config:
    """The self-check first, then the open paths, then everything else."""
    paths = [(_self_check(), _standings(table, table.standings, leaf.self_check))]
    for pattern, places in table.open_paths.items():
        opened = _places(table, places, leaf.answer)
        paths.append((matcher.header_matches(":path", open_path_regex(pattern)), opened))
    return matcher.first(paths, _standings(table, table.standings, leaf.answer))


def _self_check() -> Config:
    return matcher.header_matches(":path", open_path_regex(SELF_CHECK_PATH))


def open_path_regex(pattern: str) -> str:
    """An open path as an expression over path and query.

    Below a `*` only plain characters count: what a server behind the gateway might decode into
    another path (`%2e`, `\\`, `;`) must not ride on an open one.
    """
    if pattern.endswith("*"):
        return re.escape(pattern[:-1]) + r"[A-Za-z0-9/_.~+-]*(\?.*)?"
    return re.escape(pattern) + r"(\?.*)?"


def _standings(table: DecisionTable, standings: Standings, make: Leaf) -> Config:
    special = [
        (
            matcher.metadata_is(names.RBAC, names.STANDING_KEY, name),
            _places(table, places, make),
        )
        for name, places in standings.items()
        if name != table.ordinary
    ]
    return matcher.first(special, _places(table, standings[table.ordinary], make))


def _places(table: DecisionTable, places: Mapping[str, Sequence[Row]], make: Leaf) -> Config:
    """A place that the database does not name is unknown, and the policy says what that means."""
    known = {
        key: _windows(table, rows, make) for key, rows in places.items() if key != table.unknown
    }
    otherwise = _windows(table, places[table.unknown], make)
    return matcher.exact(matcher.header_input(names.PLACE), known, otherwise)


def _windows(table: DecisionTable, rows: Sequence[Row], make: Leaf) -> Config:
    """The rows from the table's instant on; rows that have ended need no comparison any more."""
    coming = [row for row in rows if row.until is None or table.at < row.until]
    dated = [(matcher.before(row.until), make(table, row)) for row in coming if row.until]
    return matcher.first(dated, make(table, coming[-1]))
