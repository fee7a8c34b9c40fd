"""The organizations file: who is exempt or suspended, and whose API keys are whose."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from regiongate.domain.errors import CannotRun, Problem, ProblemsFound
from regiongate.domain.organization import ID_PATTERN, ORDINARY, Organization, Standing, State
from regiongate.policyfile.instant import has_offset, instant
from regiongate.policyfile.node import shown
from regiongate.policyfile.reader import Wrong

HEADER = ["organization", "state", "until", "key_sha256"]

MAX_BYTES = 32 * 2**20
"""The size of the largest file that is read: some 300 000 keys."""

_ID = re.compile(ID_PATTERN + r"\Z")
_DIGEST = re.compile(r"[0-9a-f]{64}\Z")


def load(path: Path) -> tuple[Organization, ...]:
    """Read a CSV file with the columns `organization,state,until,key_sha256`.

    One row for each key; an organization with several keys has several rows with the same state
    and end. `until` is an instant with its offset (2025-01-01T00:00:00Z), or empty; `key_sha256` is
    the SHA-256 digest of the key in lower-case hexadecimal, or empty. Raises ProblemsFound with
    every problem, CannotRun when the file cannot be read.
    """
    reading = _Reading(str(path))
    reading.file_of(_bytes(path))
    if reading.problems:
        raise ProblemsFound(reading.problems)
    return reading.organizations()


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        # A path with a null character raises ValueError.
        raise CannotRun(f"The organizations file {path} cannot be read: {error}") from error


def dump(rows: Iterable[Organization]) -> str:
    """The rows as such a file, sorted; what `load` reads from it equals the rows."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(HEADER)
    for row in sorted(rows, key=lambda row: row.id):
        until = row.standing.until
        end = "" if until is None else until.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        for key in sorted(row.keys) or [b""]:
            table.writerow([row.id, row.standing.state.value, end, key.hex()])
    return text.getvalue()


class _Reading:
    """What has been read so far, and what was wrong with it."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self._standings: dict[str, Standing] = {}
        self._keys: dict[str, list[bytes]] = {}
        self._owners: dict[bytes, str] = {}

    def organizations(self) -> tuple[Organization, ...]:
        return tuple(
            Organization(name, self._standings[name], tuple(sorted(self._keys[name])))
            for name in sorted(self._standings)
        )

    def file_of(self, data: bytes) -> None:
        """Take a whole file. A byte order mark, as spreadsheets write it, is let pass."""
        if len(data) > MAX_BYTES:
            message = f"The file is larger than {MAX_BYTES // 2**20} MiB"
            self._problem(1, "too-big", message, "leave out organizations that are ordinary")
            return
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            self._problem(line, "bad-encoding", "The text is not UTF-8", "save the file as UTF-8")
            return
        # A quote that is never closed would swallow all rows after it, so the reading is strict.
        rows = csv.reader(io.StringIO(text, newline=None), strict=True)
        try:
            if next(rows, None) != HEADER:
                remedy = f"begin with `{','.join(HEADER)}`"
                self._problem(1, "bad-header", "The first line is not the header", remedy)
                return
            for cells in rows:
                if cells:
                    self._row(rows.line_num, cells)
        except csv.Error as error:
            message, line = f"The row cannot be read ({error})", max(rows.line_num, 1)
            self._problem(line, "bad-csv", message, "close every quote, and keep cells short")

    def _row(self, line: int, cells: list[str]) -> None:
        """Take one row, or note what is wrong with it."""
        if len(cells) != len(HEADER):
            message = f"The row has {len(cells)} columns"
            self._problem(line, "bad-row", message, f"write {len(HEADER)}: {','.join(HEADER)}")
            return
        name, state, until, key = cells
        if _ID.match(name) is None:
            message = f"`{shown(name)}` is not an organization id"
            remedy = "use up to 256 printable ASCII characters without space or comma"
            self._problem(line, "bad-organization", message, remedy)
            return
        standing = self._standing(line, state, until)
        if standing is not None and self._standings.setdefault(name, standing) != standing:
            message = f"{name} has another state or end here than further up"
            self._problem(line, "contradiction", message, "say the same in each of its rows")
        self._keys.setdefault(name, [])
        if key:
            self._key(line, name, key)

    def _standing(self, line: int, state: str, until: str) -> Standing | None:
        try:
            kind = State(state)
        except ValueError:
            message = f"`{shown(state)}` is not a state"
            self._problem(line, "bad-state", message, f"write {', '.join(State)}")
            return None
        if not until:
            return ORDINARY if kind is State.ORDINARY else Standing(kind)
        end = None if kind is State.ORDINARY else _end(until)
        if end is None:
            message = f"`{shown(until)}` is not an end for the state {kind}"
            remedy = "write 2025-01-01T00:00:00Z, or leave it empty; ordinary has no end"
            self._problem(line, "bad-until", message, remedy)
            return None
        return Standing(kind, end)

    def _key(self, line: int, name: str, key: str) -> None:
        if _DIGEST.match(key) is None:
            # The text is not shown: somebody may have put the key itself here.
            message = "The key column holds no SHA-256 digest"
            remedy = "write 64 lower-case hexadecimal digits; never write the key itself"
            self._problem(line, "bad-key-digest", message, remedy)
            return
        digest = bytes.fromhex(key)
        owner = self._owners.get(digest)
        if owner is None:
            self._owners[digest] = name
            self._keys[name].append(digest)
        elif owner != name:
            message = f"The key {key[:16]}… belongs to {owner} already"
            self._problem(line, "duplicate-key", message, "give each key to one organization")

    def _problem(self, line: int, code: str, message: str, remedy: str) -> None:
        self.problems.append(Problem(self.file, line, 1, code, message, remedy))


def _end(text: str) -> datetime | None:
    """The end of a state in UTC; None when it is not one that a table could hold and give back."""
    try:
        end = instant(text, UTC) if has_offset(text) else None
    except Wrong:
        return None
    # An offset can carry the first and the last day out of the years that can be read again.
    return end if end is not None and 1970 <= end.year < 2200 else None
