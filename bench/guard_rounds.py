"""`python -m bench.guard_rounds`: the middleware and the check service; writes docs/bench-guard.md.

An API in Python alone, behind a middleware over geoip2, and behind ours, without a server and with
one; one question to the check service; nginx and Envoy alone, and asking it. All on one core.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from ipaddress import ip_address
from pathlib import Path

import click

from bench import library_rounds, load, machine, nginxes
from bench.contestant import ONE_CORE, Contestant
from bench.guard_proxies import Asking, Served
from bench.page import listed, markdown
from bench.process import BenchError
from bench.record import HEADER, Table
from bench.rounds import Plan, play
from regiongate import Gate

FIRST_PORT = 18_090
API_PORT = 18_089
_ADDRESSES = 2_000

PAGE = Path(__file__).parents[1] / "docs" / "bench-guard.md"

_HEAD = """\
# What the middleware and the check service cost

Written by `make bench`; do not edit. The numbers belong to one machine and one moment: read them
as ratios.

One API in Python that answers a constant, alone, behind a middleware over geoip2 that looks up the
country and does nothing else, and behind ours, which settles the address, reads the API key,
decides by the bundle, and tells the API. Then proxies in front of an nginx that answers a constant,
alone and asking our check service about every request, as docs/check.md writes it. The bundle is
that of `examples/policy.yaml` over the three bundled sources. Every address is let pass; each
request has an API key that nobody knows.

Everyone has one core for itself, a proxy together with its check service; wrk and the API behind
proxies share the other. A ratio is the median of the ratios of turns of the same round; in
parentheses, the range of the middle half of them. Above 1 is better. What is behind a middleware
is compared by rate and by processor time with the rows named.
"""


def contestants(home: Path) -> list[Contestant]:
    """Every row; the addresses are such as all let pass."""
    requests = _requests(home, "/v1/models", "{}")
    question = _requests(home, "/forward-auth", "{}, 127.0.0.1")
    served = (
        ("plain", "an API in Python", requests, ()),
        ("geoip2", "behind a middleware over geoip2", requests, ("guard-plain",)),
        ("asgi", "behind our middleware", requests, ("guard-plain", "guard-geoip2")),
        ("check", "a question to the check service", question, ("guard-plain", "guard-geoip2")),
    )
    asking = (
        ("nginx", False, "nginx alone"),
        ("nginx", True, "nginx with auth_request"),
        ("envoy", False, "Envoy alone"),
        ("envoy", True, "Envoy with ext_authz over HTTP"),
    )
    return [
        *(
            Contestant(f"guard-{name}", title, Served(name, home, FIRST_PORT + n), asked, against)
            for n, (name, title, asked, against) in enumerate(served)
        ),
        *(
            Contestant(
                f"guard-{proxy}-{asks}",
                title,
                Asking(proxy, asks, home, FIRST_PORT + 10 + 2 * n, API_PORT),
                requests,
                (f"guard-{proxy}-False",) if asks else (),
            )
            for n, (proxy, asks, title) in enumerate(asking)
        ),
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


def clocked(home: Path) -> dict[str, float]:
    """Microseconds of a request without a server, each application in a process of its own."""
    found = {}
    for name in ("plain", "geoip2", "asgi"):
        command = [sys.executable, "-m", "bench.guard_clock", name, str(home)]
        run = subprocess.run(
            command, cwd=library_rounds.ROOT, capture_output=True, text=True, check=False
        )
        if run.returncode:
            raise BenchError(f"{name}: {run.stderr.strip().splitlines()[-1]}")
        found[name] = float(run.stdout)
    return found


def page(table: Table, took: Mapping[str, float], facts: Mapping[str, str]) -> str:
    """The page about what was measured, in Markdown."""
    ratio = took["asgi"] / took["geoip2"]
    said = [
        f"Without a server a request takes {took['asgi']:.1f} µs in our middleware, "
        f"{ratio:.2f} times the {took['geoip2']:.1f} µs of one over geoip2, and "
        f"{took['plain']:.1f} µs in the API alone."
    ]
    absent = listed(f"Left out: {name}: {why}." for name, why in table.absent.items())
    about = markdown(("measured on", ""), facts.items())
    blocks = (_HEAD, listed(said), markdown(HEADER, table.rows()), absent, about)
    return "\n".join(block for block in blocks if block)


@click.command()
@click.option("--starts", type=click.IntRange(1), default=2, help="Fresh starts of everyone.")
@click.option("--rounds", type=click.IntRange(1), default=5, help="Rounds after each start.")
@click.option("--seconds", type=click.IntRange(1), default=1, help="Length of a turn.")
def main(starts: int, rounds: int, seconds: int) -> None:
    """Measure, print, and write the page."""
    facts = machine.facts()
    with tempfile.TemporaryDirectory(prefix="regiongate-bench-") as folder, ExitStack() as stack:
        home = Path(folder)
        try:
            load.require_wrk()
            library_rounds.install()
            library_rounds.prepared(home, 20 * _ADDRESSES)
            took = clocked(home)
            api = nginxes.upstream(home / "api", API_PORT, ONE_CORE.others)
            stack.callback(api.stop)
            plan = Plan(starts, rounds, seconds)
            results, absent = play(contestants(home), ONE_CORE, plan, click.echo)
        except BenchError as error:
            sys.exit(f"bench: {error}")
    written = page(Table(ONE_CORE, results, absent), took, facts)
    click.echo(written)
    PAGE.write_text(written, "utf-8")


if __name__ == "__main__":
    main()
