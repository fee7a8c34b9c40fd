"""The filter that decides for one standing: a matching tree whose leaves do the work.

Path, then place, then the clock. A leaf writes the decision into request headers;
a leaf that refuses also carries the filter that refuses, and the wording of the refusal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from regiongate.compiler.envoy import leaf, matcher, names
from regiongate.compiler.envoy.typed import Config, composite
from regiongate.compiler.table import DecisionTable
from regiongate.domain.refusal import SELF_CHECK_PATH
from regiongate.domain.verdict import Row

Leaf = Callable[[DecisionTable, Row], Config]


def decide(table: DecisionTable, standing: str, organization: str = names.ORGANIZATION) -> Config:
    """The filter for one standing of a table; `organization` is the header that names who it is."""
    return composite("decide", decision(table, standing, organization))


def decision(table: DecisionTable, standing: str, organization: str) -> Config:
    """Its tree: the self-check first, then the open paths, then everything else."""
    usual = table.standings[standing]
    answer = partial(leaf.answer, organization=organization)
    paths = [(_path_is(SELF_CHECK_PATH), _places(table, usual, leaf.self_check))]
    for pattern, places in table.open_paths.items():
        paths.append((_path_is(pattern), _places(table, places, answer)))
    return matcher.first(paths, _places(table, usual, answer))


def _path_is(pattern: str) -> Config:
    """Holds for an open path. How it begins is asked first: that costs next to nothing."""
    begins = matcher.header_begins(":path", pattern.removesuffix("*"))
    return matcher.every([begins, matcher.header_matches(":path", open_path_regex(pattern))])


def open_path_regex(pattern: str) -> str:
    """An open path as an expression over path and query.

    Below a `*` only plain characters count: what a server behind the gateway might decode into
    another path (`%2e`, `\\`, `;`) must not ride on an open one.
    """
    if pattern.endswith("*"):
        return re.escape(pattern[:-1]) + r"[A-Za-z0-9/_.~+-]*(\?.*)?"
    return re.escape(pattern) + r"(\?.*)?"


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
