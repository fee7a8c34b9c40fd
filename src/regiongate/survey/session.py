"""A DuckDB connection for one survey: its limits, its macros, and its own folder to spill into."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import duckdb
import pyarrow as pa

from regiongate.domain.errors import CannotRun
from regiongate.geo.column.pieces import cores
from regiongate.survey.formats.values import SINCE_1970
from regiongate.survey.interrupts import interrupts
from regiongate.survey.keys import PUBLIC_KEY

T = TypeVar("T")

Tell = Callable[[float], None]
"""Hears how much of the files has been read, from 0 to 1."""

_EVERY = 0.1

_NETWORK_TEXT = """
CREATE OR REPLACE TEMP MACRO network_text(hi, lo) AS CASE
  WHEN hi = 0 AND lo < 4294967296 THEN
    (lo >> 24)::VARCHAR || '.' || ((lo >> 16) & 255)::VARCHAR || '.' ||
    ((lo >> 8) & 255)::VARCHAR || '.0/24'
  WHEN hi = 0 THEN '::/48'
  WHEN (hi >> 16) & 4294967295 = 0 THEN format('{:x}', hi >> 48) || '::/48'
  WHEN (hi >> 16) & 65535 = 0
    THEN format('{:x}:{:x}::/48', hi >> 48, (hi >> 32) & 65535)
  WHEN hi >> 32 = 0 THEN format('0:0:{:x}::/48', (hi >> 16) & 65535)
  ELSE format('{:x}:{:x}:{:x}::/48', hi >> 48, (hi >> 32) & 65535, (hi >> 16) & 65535)
END
"""


_SHORT_PATH = r"""
CREATE OR REPLACE TEMP MACRO short_path(p) AS
  nullif(regexp_extract(p, '^/?[^/?#]*(?:/[^/?#]*)?'), '')
"""


class Session:
    """One connection. `folder` is its own, and gone afterwards; `check` raises a lost Ctrl-C."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, folder: Path, check: Callable[[], None]
    ) -> None:
        self.connection = connection
        self.folder = folder
        self._check = check

    def run(self, sql: str, tell: Tell | None = None) -> duckdb.DuckDBPyConnection:
        """Runs a statement; `tell` hears of its progress. Ctrl-C ends it at once."""
        return self._waited(lambda: self.connection.execute(sql), tell)

    def table(self, sql: str) -> pa.Table:
        """All rows of a statement. Ctrl-C ends it at once."""
        return self._waited(lambda: self.connection.sql(sql).to_arrow_table())

    def _waited(self, work: Callable[[], T], tell: Tell | None = None) -> T:
        self._check()
        with ThreadPoolExecutor(1) as pool:
            done = pool.submit(work)
            try:
                while wait([done], _EVERY).not_done:
                    if tell is not None:
                        tell(max(0.0, self.connection.query_progress() / 100))
            except BaseException:
                self.connection.interrupt()
                raise
            return done.result()


@contextmanager
def session(memory: str | None = None, threads: int | None = None) -> Iterator[Session]:
    """A session with a limit of memory, such as `4GB`, beyond which it spills to disk."""
    with (
        interrupts() as check,
        TemporaryDirectory(prefix="regiongate-survey-", ignore_cleanup_errors=True) as name,
        closing(duckdb.connect(":memory:")) as connection,
    ):
        folder = Path(name)
        try:
            _configure(connection, folder, memory, threads or cores())
            yield Session(connection, folder, check)
        except duckdb.OutOfMemoryException as error:
            message = f"the survey needs more memory or room in {folder.parent} than there is"
            raise CannotRun(f"{message}: {error}") from error


def _configure(
    connection: duckdb.DuckDBPyConnection, folder: Path, memory: str | None, threads: int
) -> None:
    settings = {
        "TimeZone": "UTC",
        "threads": threads,
        "temp_directory": str(folder / "spill"),
        "preserve_insertion_order": False,
        "enable_progress_bar": False,
        # Nothing that a log says may make the database fetch or open something.
        "autoinstall_known_extensions": False,
    }
    for name, value in settings.items():
        connection.execute(f"SET {name} = ?", [value])
    if memory is not None:
        try:
            connection.execute("SET memory_limit = ?", [memory])
        except duckdb.Error as error:
            raise CannotRun(f"--memory {memory} is no amount such as 4GB: {error}") from error
    for macro in (SINCE_1970, PUBLIC_KEY, _NETWORK_TEXT, _SHORT_PATH):
        connection.execute(macro)
