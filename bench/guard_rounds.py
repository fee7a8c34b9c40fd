"""`python -m bench.guard_rounds`: the middleware and the check service, and what stands for them.

An API in Python alone, behind a middleware over geoip2, and behind ours; and one question to the
check service, which a proxy asks for each request. One uvicorn process each, on one core.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table as Shown

from bench import library_rounds, load
from bench.contestant import ONE_CORE, Contestant, Layout, Running
from bench.process import BenchError, family, pinned, stop, wait_until_serving
from bench.record import HEADER, Table
from bench.rounds import Plan, play
from regiongate import Gate

FIRST_PORT = 18_090
_ADDRESSES = 2_000

console = Console(highlight=False, soft_wrap=True)


@dataclass(frozen=True)
class Served:
    """An application of `bench.guard_app` in a process of its own."""

    name: str
    home: Path
    port: int

    def start(self, layout: Layout) -> Running:
        """Start it and wait until it serves."""
        log = self.home / f"{self.name}.log"
        command = [sys.executable, "-m", "bench.guard_app", self.name, str(self.home)]
        with log.open("wb") as words, pinned(layout.proxy):
            process = subprocess.Popen(
                [*command, str(self.port)], cwd=library_rounds.ROOT, stdout=words, stderr=words
            )
        wait_until_serving(self.port, "/", process, log)
        return Running(self.port, lambda: family(process.pid), lambda: stop(process))


def contestants(home: Path) -> list[Contestant]:
    """Every row; the addresses are such as all let pass."""
    requests = _requests(home, "/v1/models", "{}")
    question = _requests(home, "/forward-auth", "{}, 127.0.0.1")
    rows = (
        ("plain", "an API in Python", requests, ()),
        ("geoip2", "behind a middleware over geoip2", requests, ("guard-plain",)),
        ("asgi", "behind our middleware", requests, ("guard-plain", "guard-geoip2")),
        ("check", "a question to the check service", question, ("guard-plain", "guard-geoip2")),
    )
    return [
        Contestant(f"guard-{name}", title, Served(name, home, FIRST_PORT + n), asked, against)
        for n, (name, title, asked, against) in enumerate(rows)
    ]


def _requests(home: Path, path: str, forwarded: str) -> Path:
    """A set of requests from addresses of everywhere that the bundle lets pass."""
    gate = Gate.open(home / "bundle")
    texts = (home / "addresses.txt").read_text().splitlines()
    allowed = [text for text in texts if gate.decide(text).verdict == "allow"][:_ADDRESSES]
    found = [
        load.Request(
            path,
            {
                "X-Forwarded-For": forwarded.format(ip_address(text)),
                "X-Forwarded-Uri": "/v1/models",
                "Authorization": "Bearer sk-0123456789abcdef",
            },
        )
        for text in allowed
    ]
    return load.write(found, home / f"requests{path.replace('/', '-')}")


@click.command()
@click.option("--starts", type=click.IntRange(1), default=2, help="Fresh starts of everyone.")
@click.option("--rounds", type=click.IntRange(1), default=5, help="Rounds after each start.")
@click.option("--seconds", type=click.IntRange(1), default=1, help="Length of a turn.")
def main(starts: int, rounds: int, seconds: int) -> None:
    """Measure and print the table."""
    with tempfile.TemporaryDirectory(prefix="regiongate-bench-") as folder:
        home = Path(folder)
        try:
            load.require_wrk()
            library_rounds.install()
            library_rounds.prepared(home, 20 * _ADDRESSES)
            rows = contestants(home)
            results, absent = play(rows, ONE_CORE, Plan(starts, rounds, seconds), console.print)
        except BenchError as error:
            sys.exit(f"bench: {error}")
    shown = Shown(*HEADER)
    for row in Table(ONE_CORE, results, absent).rows():
        shown.add_row(*row)
    console.print(shown)
    for name, why in absent.items():
        console.print(f"left out: {name}: {why}")


if __name__ == "__main__":
    main()
