"""The organizations file: who is exempt or suspended, and whose API keys are whose."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from regiongate.domain.errors import CannotRun, Problem, ProblemsFound
from regiongate.domain.organization import ORDINARY, Organization, Standing, State

HEADER = ["organization", "state", "until", "key_sha256"]

# What an id may be made of: it travels in a header and is compared there as a whole, so no
# space, and no comma, with which proxies join repeated headers.
_ID = re.compile(r"[!-+\--~]{1,256}\Z")
_DIGEST = re.compile(r"[0-9a-f]{64}\Z")


def load(path: Path) -> tuple[Organization, ...]:
    """Read a CSV file with the columns `organization,state,until,key_sha256`.

    One row for each key; an organization with several keys has several rows with the same state
    and end. `until` is an instant with its offset (RFC 3339) or empty; `key_sha256` is the SHA-256
    digest of the key in lower-case hexadecimal, or empty. Raises ProblemsFound with every problem,
    CannotRun when the file cannot be read.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CannotRun(f"The organizations file {path} cannot be read: {error}") from error
    rows = csv.reader(io.StringIO(text))
    if next(rows, None) != HEADER:
        message = "The first line is not the header"
        remedy = f"begin with `{','.join(HEADER)}`"
        raise ProblemsFound([Problem(str(path), 1, 1, "bad-header", message, remedy)])
    reading = _Reading(str(path))
    for cells in rows:
        if cells:
            reading.row(rows.line_num, cells)
    if reading.problems:
        raise ProblemsFound(reading.problems)
    return reading.organizations()


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

    def row(self, line: int, cells: list[str]) -> None:
        """Take one row, or note what is wrong with it."""
        if len(cells) != len(HEADER):
            message = f"The row has {len(cells)} columns"
            self._problem(line, "bad-row", message, f"write {len(HEADER)}: {','.join(HEADER)}")
            return
        name, state, until, key = cells
        if _ID.match(name) is None:
            message = f"`{name}` is not an organization id"
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
            message = f"`{state}` is not a state"
            self._problem(line, "bad-state", message, f"write {', '.join(State)}")
            return None
        if not until:
            return ORDINARY if kind is State.ORDINARY else Standing(kind)
        try:
            end = datetime.fromisoformat(until)
        except ValueError:
            end = None
        if end is None or end.tzinfo is None or kind is State.ORDINARY:
            message = f"`{until}` is not an end for the state {kind}"
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
        owner = self._owners.setdefault(digest, name)
        if owner != name:
            message = f"The key {key[:16]}… belongs to {owner} already"
            self._problem(line, "duplicate-key", message, "give each key to one organization")
        elif digest not in self._keys[name]:
            self._keys[name].append(digest)

    def _problem(self, line: int, code: str, message: str, remedy: str) -> None:
        self.problems.append(Problem(self.file, line, 1, code, message, remedy))
