"""Surveys of the same logs by us and by others, in turns."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from bench import library_rounds, survey_logs
from bench.contestant import BOTH_CORES
from bench.library_texts import Given
from bench.process import BenchError, pinned
from bench.survey_table import Done, Row, Spent, SurveyTable

_QUICK = 1_000_000
_ADDRESSES = 1000
"""The peers' databases come with addresses to ask for, which nobody here needs."""

ROWS = (
    Row("survey-json", "regiongate survey, JSON lines", of="survey-bare-json", goal=1.3),
    Row("survey-json-no-examples", "the same without examples", of="survey-bare-json"),
    Row("survey-bare-json", "DuckDB, bare scan and group by address"),
    Row("survey-duckdb-maxminddb-json", "DuckDB + maxminddb-rust", of="survey-bare-json"),
    Row("survey-duckdb-asof-json", "DuckDB, ASOF join, IPv4 only", of="survey-bare-json"),
    Row("survey-polars-json", "Polars + maxminddb-polars", of="survey-bare-json"),
    Row("survey-chdb-json", "chdb, ip_trie", of="survey-bare-json"),
    Row("survey-geoip2", "Python, json and geoip2 (a slice)", of="survey-bare-json"),
    Row("survey-parquet", "regiongate survey, Parquet", of="survey-bare-parquet", rate=6e6),
    Row("survey-parquet-no-examples", "the same without examples", of="survey-bare-parquet"),
    Row("survey-bare-parquet", "DuckDB, bare scan and group by address"),
    Row("survey-duckdb-maxminddb-parquet", "DuckDB + maxminddb-rust", of="survey-bare-parquet"),
    Row("survey-duckdb-asof-parquet", "DuckDB, ASOF join, IPv4 only", of="survey-bare-parquet"),
    Row("survey-polars-parquet", "Polars + maxminddb-polars", of="survey-bare-parquet"),
    Row("survey-chdb-parquet", "chdb, ip_trie", of="survey-bare-parquet"),
    Row("survey-combined", "regiongate survey, combined"),
    Row("survey-goaccess", "goaccess, combined", of="survey-combined"),
)
_OURS = ("survey-json", "survey-parquet", "survey-combined", "survey-bare")


@dataclass(frozen=True)
class Wanted:
    """Which rows, how often, over how many lines."""

    rows: Sequence[Row]
    rounds: int
    lines: int


def chosen(only: Sequence[str], rounds: int, quick: bool) -> Wanted:
    """The rows with these names, and those that they are measured against."""
    rows: Sequence[Row] = ROWS
    if only:
        names = {row.name for row in ROWS if any(fnmatch(row.name, name) for name in only)}
        names |= {row.of for row in ROWS if row.name in names and row.of}
        rows = tuple(row for row in ROWS if row.name in names)
    return Wanted(rows, min(rounds, 3), _QUICK if quick else survey_logs.MANY)


def measure(home: Path, wanted: Wanted, tell: Callable[[str], None]) -> SurveyTable:
    """Everyone in turn, each turn a process of its own, and that again."""
    absent = {}
    try:
        library_rounds.install()
    except BenchError as error:
        absent = {row.name: str(error) for row in wanted.rows if not row.name.startswith(_OURS)}
    if shutil.which("goaccess") is None:
        absent["survey-goaccess"] = "goaccess is not installed (apt-get install goaccess)"
    given = library_rounds.prepared(home, _ADDRESSES)
    for kind in ("json", "parquet", "log"):
        tell(f"writing log.{kind}")
        survey_logs.write(home / f"log.{kind}", wanted.lines)
    turns: dict[Row, list[Spent]] = {row: [] for row in wanted.rows if row.name not in absent}
    for number in range(wanted.rounds):
        for row in list(turns) if number % 2 == 0 else reversed(list(turns)):
            tell(f"survey: round {number + 1} of {wanted.rounds}, {row.name}")
            try:
                turns[row].append(_turn(row, given))
            except BenchError as error:
                absent[row.name] = str(error)
    done = [Done(row, spent) for row, spent in turns.items() if row.name not in absent]
    return SurveyTable(done, absent)


def _turn(row: Row, given: Given) -> Spent:
    ours = row.name.startswith(_OURS)
    python = sys.executable if ours else str(library_rounds.ENVIRONMENT / "bin" / "python")
    with pinned(BOTH_CORES.proxy):
        command = [python, "-m", "bench.survey_turn", row.name, str(given.home)]
        said = json.loads(library_rounds.succeed(command))
    said.pop("at")
    return Spent(**said)
