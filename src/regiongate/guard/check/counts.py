"""Counts of answers by day, region and verdict: all that the service keeps, where it may.

No address, no organization and no path is in them. They are one small file of JSON.
"""

from __future__ import annotations

import json
import time
from collections import Counter as Tally
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Lock

from regiongate.domain.errors import CannotRun
from regiongate.gateway.state import replace

FORMAT = "regiongate-counts/1"
_EVERY = 5.0
"""Seconds between two writes: what a crash can lose."""


@dataclass(frozen=True, slots=True, order=True)
class Kind:
    """What is counted together.

    `policy` is name and version of the policy that decided, `country` where the address is (ISO
    3166-1), empty where no source knows it; `attested` what a trusted organization has said of its
    end user's country, empty where nobody has.
    """

    day: str
    policy: str
    country: str
    attested: str
    place_class: str
    verdict: str


class Counter:
    """Counts in memory, written to a file every few seconds and at the end."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        """Goes on with the counts of the file, if there is one; CannotRun when it is damaged."""
        self._path = path
        self._clock = clock
        self._lock = Lock()
        self._tally = Tally(read(path)) if path.exists() else Tally()
        self._written = clock()
        self._write()

    def note(self, policy: str, kinds: Iterable[tuple[str, str, str, str]]) -> None:
        """Count answers under a policy: country, attested country, class and verdict of each."""
        now = self._clock()
        day = datetime.fromtimestamp(now, UTC).date().isoformat()
        with self._lock:
            for kind in kinds:
                self._tally[Kind(day, policy, *kind)] += 1
            if now - self._written >= _EVERY:
                self._written = now
                self._write()

    def close(self) -> None:
        """Write what has been counted since the last time."""
        with self._lock:
            self._write()

    def _write(self) -> None:
        rows = [{**asdict(kind), "requests": self._tally[kind]} for kind in sorted(self._tally)]
        content = {"format": FORMAT, "counts": rows}
        replace(self._path, (json.dumps(content, indent=1) + "\n").encode())


def read(path: Path) -> dict[Kind, int]:
    """The counts in a file; CannotRun when there is none or it is damaged."""
    try:
        content = json.loads(path.read_bytes())
        if content["format"] != FORMAT:
            raise ValueError(f"its format is {content['format']!r}")
        return {_kind(row): _count(row) for row in content["counts"]}
    except OSError as error:
        raise CannotRun(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        message = f"{path} holds no counts ({type(error).__name__}: {error})"
        raise CannotRun(f"{message}: name the file of --counts") from error


def _kind(row: dict[str, object]) -> Kind:
    fields = {name: row[name] for name in Kind.__slots__}
    if not all(isinstance(text, str) for text in fields.values()):
        raise ValueError("a count of something that is no text")
    date.fromisoformat(str(fields["day"]))
    return Kind(**{name: str(text) for name, text in fields.items()})


def _count(row: dict[str, object]) -> int:
    found = row["requests"]
    if not isinstance(found, int) or found < 0:
        raise ValueError(f"{found!r} is no count")
    return found


@dataclass(frozen=True, slots=True)
class Report:
    """Requests from one day to another, both included, by region and verdict.

    `policies` are name and version of those that decided. A row of `rows` is country, attested
    country, class, verdict and requests.
    """

    since: date
    until: date
    policies: tuple[str, ...]
    rows: tuple[tuple[str, str, str, str, int], ...]

    @property
    def requests(self) -> int:
        """All of them."""
        return sum(row[4] for row in self.rows)


def report(counts: Iterable[tuple[Kind, int]], since: date, until: date) -> Report:
    """The report of a period; the most frequent come first."""
    tally: Tally[tuple[str, str, str, str]] = Tally()
    policies = set()
    for kind, requests in counts:
        if since <= date.fromisoformat(kind.day) <= until:
            policies.add(kind.policy)
            tally[kind.country, kind.attested, kind.place_class, kind.verdict] += requests
    ordered = sorted(tally.items(), key=lambda pair: (-pair[1], pair[0]))
    rows = tuple((*kind, requests) for kind, requests in ordered)
    return Report(since, until, tuple(sorted(policies)), rows)
