"""`python -m bench.console_jobs URL FOLDER ROUNDS SIZE...`: what the console asks, in a process.

SIZE is how many organizations, sightings, cases and audit events there are. Fills the store
if it is empty, then asks everything in turn, each time on a connection of the pool as a request has
it, and then for every page, without a socket between. Prints the seconds of each in every round,
as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from bench.console_data import Size, fill
from bench.console_pages import pages
from bench.console_queries import questions
from regiongate.store.database import Database
from regiongate.store.organizations import Organizations


def main(url: str, home: Path, rounds: int, size: Size) -> dict[str, list[float]]:
    """Seconds on the clock, by the name of the question."""
    database = Database.open(url)
    with database.reading() as connection:
        empty = not Organizations(connection).count()
    if empty:
        fill(database, size, lambda text: print(text, file=sys.stderr, flush=True))
    found: dict[str, list[float]] = {}
    asked = questions()
    for _ in range(rounds):
        for question in asked:
            begun = time.perf_counter()
            with database.reading() as connection:
                question.ask(connection)
            found.setdefault(question.name, []).append(time.perf_counter() - begun)
    for title, ask in pages(database, home).items():
        ask()  # A first time, as for everything above: what is cached is cached.
        for _ in range(rounds):
            begun = time.perf_counter()
            ask()
            found.setdefault(f"page: {title}", []).append(time.perf_counter() - begun)
    database.close()
    return found


if __name__ == "__main__":
    numbers = list(map(int, sys.argv[3:]))
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]), numbers[0], Size(*numbers[1:]))))
