"""The line of a request: found from the end of a log, however large it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from regiongate.control import log_line
from regiongate.control.log_line import find_line
from regiongate.domain.errors import CannotRun


def _log(path: Path, *ids: str, more: int = 0) -> Path:
    lines = (
        json.dumps({"n": n, "request_id": id, "x": "é" * more}, separators=(",", ":"))
        for n, id in enumerate(ids)
    )
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return path


@pytest.mark.parametrize("piece", [1, 7, 30, 31, 32, 64, 1000])
def test_a_line_is_found_wherever_the_pieces_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: int
) -> None:
    """Also the first, the last, and one that begins in one piece and ends in another."""
    monkeypatch.setattr(log_line, "_PIECE", piece)
    ids = [f"id-{n}" for n in range(20)]
    log = _log(tmp_path / "access.log", *ids, "twice", "twice", more=5)
    assert [find_line(log, id)["n"] for id in ids] == list(range(20))
    assert find_line(log, "twice")["n"] == 21
    with pytest.raises(CannotRun, match="rotated away"):
        find_line(log, "id")


def test_no_more_is_searched_than_was_said(tmp_path: Path) -> None:
    """From the end of the log, and then of the one before it, both together."""
    before = _log(tmp_path / "access.log.1", "old", "older-than-the-rest", "late")
    log = _log(tmp_path / "access.log", "first", "last")
    line, whole = len('{"n":1,"request_id":"last","x":""}\n'), log.stat().st_size
    assert find_line(log, "last", line)["n"] == 1
    assert find_line(log, "late", whole + line)["n"] == 2
    for id, newest in (("first", line), ("late", whole), ("old", whole + line), ("last", 0)):
        with pytest.raises(CannotRun):
            find_line(log, id, newest)
    assert find_line(log, "old", whole + before.stat().st_size)["n"] == 0


def test_a_long_line_is_read_whole(tmp_path: Path) -> None:
    """Longer than what Envoy takes of headers."""
    log = _log(tmp_path / "access.log", "a", "b", "c", more=60_000)
    assert len(find_line(log, "b")["x"]) == 60_000
