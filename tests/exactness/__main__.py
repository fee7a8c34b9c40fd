"""`python -m tests.exactness --comparisons 10000000`: worlds until so much has been compared.

Ends with 1 at the first mismatches, which it prints with the seed of their world.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import count
from os import cpu_count
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.exactness.compare import Comparison, Tally
from tests.exactness.draw import world
from tests.exactness.live import gateway


@click.command()
@click.option("--comparisons", type=click.IntRange(1), default=10_000_000, show_default=True)
@click.option("--seed", default="1", show_default=True, help="Names the worlds that are drawn.")
@click.option("--envoys", default=20, show_default=True, help="Worlds that Envoy is asked about.")
@click.option("--requests", default=500, show_default=True, help="Requests to Envoy in each.")
def main(comparisons: int, seed: str, envoys: int, requests: int) -> None:
    """Compare everything that decides with the slow reading of the tests, world by world."""
    started, total = time.monotonic(), Tally(seed)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn()) as progress:
        task = progress.add_task("comparisons", total=comparisons)
        worlds = 0
        for tally in _tallies(seed, comparisons, envoys, requests):
            total.add(tally)
            worlds += 1
            progress.update(task, completed=min(total.comparisons, comparisons))
            if total.wrong:
                break
    for mismatch in total.mismatches:
        click.echo(str(mismatch))
    for side, number in sorted(total.sides.items()):
        click.echo(f"{side:12} {number:>12,}")
    seconds = time.monotonic() - started
    click.echo(f"{worlds} worlds in {seconds:.0f} s")
    click.echo(f"exactness: {total.comparisons:,} comparisons, {total.wrong:,} mismatches")
    sys.exit(1 if total.wrong else 0)


def _tallies(seed: str, comparisons: int, envoys: int, requests: int) -> Iterator[Tally]:
    """Worlds on all cores until there are so many comparisons, and one process with an Envoy."""
    names = (f"{seed}/{number}" for number in count())
    done = 0
    with ProcessPoolExecutor(cpu_count()) as pool:
        live = pool.submit(_live, [f"{seed}/envoy/{number}" for number in range(envoys)], requests)
        open_ones: set[Future[Tally]] = {live}
        while open_ones or done < comparisons:
            while done < comparisons and len(open_ones) < 2 * (cpu_count() or 1):
                open_ones.add(pool.submit(compared, next(names)))
            ready, open_ones = wait(open_ones, return_when=FIRST_COMPLETED)
            for future in ready:
                done += future.result().comparisons
                yield future.result()


def compared(seed: str) -> Tally:
    """One world, compiled and compared."""
    with TemporaryDirectory() as folder:
        return Comparison(world(seed), Path(folder)).run()


def _live(seeds: list[str], requests: int) -> Tally:
    """What one Envoy says of several worlds, one after the other."""
    total = Tally(seeds[0] if seeds else "")
    with TemporaryDirectory() as folder, gateway(Path(folder)) as live:
        for seed in seeds:
            total.add(live.compare(seed, requests))
    return total


if __name__ == "__main__":
    main()
