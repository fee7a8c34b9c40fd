"""The formats of stored logs, by their beginnings."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq

from regiongate.domain.errors import CannotRun
from regiongate.survey.files import log_files
from regiongate.survey.formats.format import Format
from regiongate.survey.head import PARQUET_MAGIC
from regiongate.survey.recognize import Said, recognize
from regiongate.survey.spark.storage import Stored

_AT_ONCE = 16
"""Files whose beginnings are read at the same time: far storage answers slowly, but many."""

_BYTES = 2**20
"""More than what a format is known by, compressed or not."""


def known(files: Sequence[Stored], said: Said) -> list[tuple[Stored, Format, str]]:
    """Files with their formats and compressions, without empty ones.

    Raises CannotRun for one that cannot be read or is no log that is known.
    """
    shared: dict[str, Format] = {}
    found = []
    with TemporaryDirectory(prefix="regiongate-") as folder, ThreadPoolExecutor(_AT_ONCE) as pool:
        for file, one in zip(
            files, pool.map(lambda file: _known(file, said, folder), files), strict=True
        ):
            if one is not None:
                form, compression = one
                found.append((file, shared.setdefault(repr(form), form), compression))
    return found


def _known(file: Stored, said: Said, folder: str) -> tuple[Format, str] | None:
    with TemporaryDirectory(dir=folder) as own:
        begin = Path(own, "begin")
        try:
            _take_begin(file, begin)
        except (OSError, pa.ArrowException) as error:
            raise CannotRun(f"{file.name} cannot be read ({error}): is the file whole?") from error
        (log,) = log_files([str(begin)], begin)
        form = recognize(replace(log, name=file.name), said)
        return None if form is None else (form, log.compression)


def _take_begin(file: Stored, to: Path) -> None:
    """The first bytes of a log; of Parquet, a file of the same columns without rows."""
    with file.open() as content:
        begin = content.read_at(min(_BYTES, file.size), 0)
        if begin.startswith(PARQUET_MAGIC):
            pq.write_table(pq.read_schema(content).empty_table(), to)
        else:
            to.write_bytes(begin)
