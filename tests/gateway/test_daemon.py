"""A process that outlives the one that started it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from regiongate.gateway.daemon import Daemon


class _EndsWhenSeen(Daemon):
    """A process that ends by itself right after it was found running."""

    def pid(self) -> int | None:
        found = super().pid()
        if found is not None:
            os.kill(found, signal.SIGKILL)
            os.waitpid(found, 0)
        return found


def _paths(folder: Path) -> tuple[Path, Path, Path]:
    return folder, folder / "log", folder / "process.json"


def _with_log(folder: Path, content: bytes) -> Daemon:
    daemon = Daemon(["true"], *_paths(folder))
    daemon.log.write_bytes(content)
    return daemon


def test_stopping_what_runs_ends_it(tmp_path: Path) -> None:
    """A running process is found by its note, and is gone with its note once stopped."""
    daemon = Daemon(["sleep", "60"], *_paths(tmp_path))
    daemon.start()
    assert daemon.pid() is not None
    daemon.stop()
    assert daemon.pid() is None
    assert not daemon.note.exists()


def test_a_process_that_ends_before_the_signal_is_stopped(tmp_path: Path) -> None:
    """A process that ends between being found and being signalled is no error."""
    daemon = _EndsWhenSeen(["sleep", "60"], *_paths(tmp_path))
    daemon.start()
    daemon.stop()
    assert not daemon.note.exists()


def test_last_words_are_the_last_lines(tmp_path: Path) -> None:
    """The last lines of a log come on one line; a log that is not there has none."""
    lines = [f"line {number}" for number in range(10_000)]
    daemon = _with_log(tmp_path, "\n".join([*lines, ""]).encode())
    assert daemon.last_words() == "line 9997 line 9998 line 9999"
    assert daemon.last_words(1) == "line 9999"
    daemon.log.unlink()
    assert daemon.last_words() == ""


def test_last_words_are_few_however_long_the_log(tmp_path: Path) -> None:
    """Only the last 8 KiB are read, even where that cuts a line, or a character, in two."""
    assert len(_with_log(tmp_path, b"x" * 100_000).last_words()) == 8192
    words = _with_log(tmp_path, "é".encode() * 50_000 + b"!").last_words()
    assert len(words) < 8192
    assert words.endswith("é!")
