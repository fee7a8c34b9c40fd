"""A follower with a kernel that costs nothing, here or in a process of its own, to be killed.

Run as `python -m tests.support.following LOG STORE`: it says `ready` after its first look.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path
from threading import Event

import pyarrow as pa

from regiongate.control.survey.follow import Follower, Progress, follow
from regiongate.store.database import Database
from regiongate.survey.cells import LOCATED, PLACED, REJECTED
from regiongate.survey.session import session

NOW = datetime(2026, 6, 1, tzinfo=UTC)
GRACE = 0.3


def locate(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Below 128.0.0.0 lies an unsupported KP, above a supported FR; the rest is no address."""
    return pa.RecordBatch.from_pylist([_placed(text.as_py()) for text in batch["address"]], PLACED)


def _placed(text: str) -> dict[str, object]:
    try:
        number = int(IPv4Address(text))
    except ValueError:
        return {"address": text, "group": REJECTED}
    supported = number >= 2**31
    region = "FR" if supported else "KP"
    return {
        "address": text,
        "group": LOCATED,
        "hi": 0,
        "lo": number & ~255,
        "country": region,
        "region": region,
        "class": "supported" if supported else "unsupported",
        "supported": supported,
        "verdict": "allow" if supported else "block",
    }


@contextmanager
def follower(
    log: Path, database: Database, tell: Callable[[str], None] = lambda _: None, grace: float = 0.0
) -> Iterator[Follower]:
    """A follower that is stepped by hand."""
    with session(threads=1) as own:
        found = Follower(
            log, database, own, lambda: locate, now=lambda: NOW, tell=tell, grace=grace
        )
        try:
            yield found
        finally:
            found.close()


def main(log: str, url: str) -> None:
    """Follow without an end."""
    said = False

    def status(_: Progress) -> None:
        nonlocal said
        if not said:
            sys.stdout.write("ready\n")
            sys.stdout.flush()
        said = True

    with follower(Path(log), Database.open(url), grace=GRACE) as found:
        follow(found, Event(), status, every=0.01)


if __name__ == "__main__":
    main(*sys.argv[1:])
