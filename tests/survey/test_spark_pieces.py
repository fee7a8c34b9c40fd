"""Pieces of logs: whatever a log is cut into, its cells come out as of one piece."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.fs as pafs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regiongate.domain.errors import CannotRun
from regiongate.survey.files import log_files
from regiongate.survey.formats.envoy import GATEWAY
from regiongate.survey.recognize import Said, recognize
from regiongate.survey.scan import Log, Scanned, Span, scan
from regiongate.survey.session import session
from regiongate.survey.spark.gather import MERGED
from regiongate.survey.spark.known import known
from regiongate.survey.spark.pieces import Piece, cut, line_at, tasks
from regiongate.survey.spark.read import partial
from regiongate.survey.spark.storage import Stored, stored
from regiongate.survey.spark.wire import PARTIAL
from tests.support import log_samples

ORDER = 'ORDER BY organization, "key", address, day'


def _of_one_piece(paths: Sequence[Path]) -> tuple[Scanned, list[tuple[object, ...]]]:
    with session(threads=1) as found:
        files = log_files([str(path) for path in paths], found.folder)
        forms = [(file, recognize(file, Said())) for file in files]
        scanned = scan(found, [Log(file, form) for file, form in forms if form], Span())
        return scanned, found.connection.sql(f"FROM cells {ORDER}").fetchall()


def _of_pieces(named: Sequence[str], size: int) -> tuple[Scanned, list[tuple[object, ...]]]:
    logs = known(stored(named), Said())
    work = tasks([piece for log in logs for piece in cut(*log, size)], size)
    batches = [batch for task in work for batch in partial(task, Span(), "1GB")]
    with session(threads=1) as found:
        found.connection.register("partial", pa.Table.from_batches(batches, PARTIAL))
        found.connection.execute(MERGED)
        counts = found.connection.sql(
            "SELECT requests, outside, rejected FROM merged WHERE address IS NULL"
        ).fetchall()
        rows = found.connection.sql(
            "SELECT * EXCLUDE (outside, rejected, problem) FROM merged"  # noqa: S608
            f" WHERE address IS NOT NULL {ORDER}"
        ).fetchall()
    return Scanned(*counts[0]), rows


@pytest.mark.parametrize("name", log_samples.NAMES)
def test_pieces_leave_the_cells_of_the_whole(name: str, tmp_path: Path) -> None:
    """A log of any kind has the same cells and the same counts, cut into many pieces or none."""
    path = log_samples.write(tmp_path, name)
    whole = _of_one_piece([path])
    assert whole[0].lines >= 120
    assert whole[1]
    assert _of_pieces([str(path)], 1500) == whole


def test_logs_of_all_kinds_make_tasks_together(tmp_path: Path) -> None:
    """Small logs share a task, and the cells of a request in several logs are one."""
    paths = [log_samples.write(tmp_path, name) for name in log_samples.NAMES]
    assert _of_pieces([str(tmp_path)], 2**20) == _of_one_piece(paths)


def test_a_uri_names_the_same_files_as_a_path(tmp_path: Path) -> None:
    """`file://` with a folder, a glob or a file reads what the path does, without hidden files."""
    path = log_samples.write(tmp_path, "own.json")
    (tmp_path / ".hidden").write_text("nothing that is known")
    for named in (tmp_path.as_uri(), f"{tmp_path.as_uri()}/*.json", path.as_uri()):
        assert [one.path for one in stored([named])] == [str(path)]
        assert _of_pieces([named], 3000) == _of_one_piece([path])


def test_a_file_is_read_once_under_two_names(tmp_path: Path) -> None:
    """A file that is named twice counts once."""
    path = log_samples.write(tmp_path, "own.json")
    assert len(stored([str(path), str(tmp_path)])) == 1
    assert len(stored([path.as_uri(), tmp_path.as_uri()])) == 1
    assert len(stored([str(path), path.as_uri()])) == 1


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A place that is not there, a scheme that is not known, and standard input are refused."""
    for named, said in (
        ("nowhere://bucket/logs", "nowhere://bucket/logs cannot be reached"),
        (f"{tmp_path.as_uri()}/none", "cannot be read"),
        (f"{tmp_path.as_uri()}/*.log", "holds no file"),
        (str(tmp_path / "none.log"), "is not there"),
        ("-", "standard input"),
    ):
        with pytest.raises(CannotRun, match=said):
            stored([named])


def test_a_broken_archive_is_told_by_its_name(tmp_path: Path) -> None:
    """A piece that cannot be read is told as a row, by the log's own name."""
    whole = log_samples.write(tmp_path, "own.json.gz", 20_000)
    whole.write_bytes(whole.read_bytes()[:-5000])
    (log,) = known(stored([whole.as_uri()]), Said())
    (row,) = [
        row for batch in partial(tuple(cut(*log, 1)), Span(), "1GB") for row in batch.to_pylist()
    ]
    assert str(whole) in row["problem"]


@given(st.lists(st.binary(max_size=6)), st.integers(1, 9))
def test_every_line_is_in_one_piece(lines: list[bytes], size: int) -> None:
    """The pieces of a text, one behind the other, are the text, and each begins with a line."""
    text = b"\n".join(lines)
    content = pa.BufferReader(text)
    ends = [line_at(content, at, len(text)) for at in [*range(0, len(text), size), len(text)]]
    assert ends == sorted(ends)
    assert ends[0] == 0
    assert ends[-1] == len(text)
    assert all(end in (0, len(text)) or text[end - 1 : end] == b"\n" for end in ends)


@given(st.lists(st.integers(0, 50)), st.integers(1, 20))
def test_every_byte_is_in_one_task(sizes: list[int], size: int) -> None:
    """Tasks hold every byte of every file once, the longest first, none much above its size."""
    files = [Stored("", f"/{n}", f"/{n}", length) for n, length in enumerate(sizes)]
    pieces = [piece for file in files for piece in cut(file, GATEWAY, "none", size)]
    work = tasks(pieces, size)
    assert sorted(map(_place, (one for task in work for one in task))) == sorted(
        map(_place, pieces)
    )
    assert sum(one.end - one.begin for one in pieces) == sum(sizes)
    lengths = [sum(one.end - one.begin for one in task) for task in work]
    assert lengths == sorted(lengths, reverse=True)
    assert max(lengths, default=0) <= size


def _place(piece: Piece) -> tuple[str, int, int]:
    return piece.file.path, piece.begin, piece.end


def test_the_machine_is_a_file_system() -> None:
    """A path without scheme is opened on the machine itself."""
    assert Stored("", "/x", "x", 0).is_local
    assert Stored("file:///x", "/x", "x", 0).is_local
    assert not Stored("s3://x/y", "x/y", "x", 0).is_local
    assert isinstance(pafs.LocalFileSystem(), pafs.FileSystem)
