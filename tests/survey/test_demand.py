"""Rows of logs become demand: models, features and kinds of tokens, and none of rejected rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from regiongate.survey.cells import PLACED
from regiongate.survey.demand import demand_of
from regiongate.survey.files import log_files
from regiongate.survey.recognize import Said, recognize
from regiongate.survey.scan import Log, Span, scan
from regiongate.survey.session import session
from tests.support.surveys import placed


def _demand(log: Path, **columns: str) -> list[dict[str, Any]]:
    [file] = log_files([str(log)], log.parent)
    form = recognize(file, Said(columns=columns))
    assert form is not None
    with session(threads=1) as opened:
        scan(opened, [Log(file, form)], Span())
        here = [placed("5.5.5.5", "FR"), {"address": "nowhere", "group": "rejected"}]
        opened.connection.register("placed", pa.Table.from_pylist(here, PLACED))
        rows = demand_of(opened, [Log(file, form)]).to_pylist()
        tokens = opened.connection.execute("SELECT sum(tokens)::BIGINT FROM cells").fetchone()
        assert tokens == (sum(row["tokens"] or 0 for row in rows) or None,)
    return sorted(rows, key=lambda row: (row["model"] or "", row["feature"] or ""))


def _lines(log: Path, *rows: dict[str, Any]) -> Path:
    usual = {"address": "5.5.5.5", "time": "2026-06-01T12:00:00Z", "organization": "acme"}
    log.write_text("".join(json.dumps(usual | row) + "\n" for row in rows))
    return log


def test_models_features_and_kinds(tmp_path: Path) -> None:
    """The kinds add up to the tokens where no column says these; negative numbers do not count."""
    log = _lines(
        tmp_path / "a.log",
        {"model": "large", "path": "/v1/chat/completions?key=x", "in": 10, "out": 5},
        {"model": "large", "path": "/v1/chat/completions", "in": 1, "out": -3},
        {"model": "small", "path": "/v1/embeddings", "in": 7},
        {"path": "/odd"},
        {"address": "nowhere", "model": "rejected"},
        {"organization": None, "model": "nobody's"},
    )
    rows = _demand(log, tokens_in="in", tokens_out="out")
    names = ("model", "feature", "requests", "tokens", "tokens_in", "tokens_out")
    assert [tuple(row[name] for name in names) for row in rows] == [
        (None, None, 1, None, None, None),
        ("large", "chat", 2, 16, 11, 5),
        ("small", "embeddings", 1, 7, 7, None),
    ]


@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
def test_other_files(name: str, tmp_path: Path) -> None:
    """CSV and Parquet say the same, by the columns' own names."""
    names = ("address", "time", "organization", "path", "model", "tokens_in", "tokens_out")
    row = ("5.5.5.5", "2026-06-01T12:00:00Z", "acme", "/v1/batches", "large", 2, 3)
    log = tmp_path / name
    if log.suffix == ".csv":
        log.write_text("\n".join(",".join(map(str, line)) for line in (names, row)) + "\n")
    else:
        pq.write_table(pa.table({n: [v] for n, v in zip(names, row, strict=True)}), log)
    [found] = _demand(log)
    assert (found["model"], found["feature"], found["tokens"]) == ("large", "batches", 5)
