"""`regiongate check`: a service that proxies and customers ask, and what it counted."""

from __future__ import annotations

import logging
import signal
import sys
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import uvicorn

from regiongate.cli.gateway_options import DEFAULT_STATE
from regiongate.cli.options import FilePath, json_option
from regiongate.cli.output import print_json, print_table
from regiongate.compiler.envoy.settings import endpoint
from regiongate.domain.errors import CannotRun
from regiongate.guard.check import counts
from regiongate.guard.check.app import make_app
from regiongate.guard.check.service import Service
from regiongate.guard.guard import Guard
from regiongate.sample.__main__ import bind, spell

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def check() -> None:
    """Answer proxies and customers by a bundle, and report what was answered."""


@check.command()
@click.option(
    "--bundle",
    type=FilePath(),
    default=DEFAULT_STATE,
    show_default=True,
    help="A bundle's folder, or a gateway's state directory.",
)
@click.option(
    "--listen",
    default="127.0.0.1:8090",
    show_default=True,
    metavar="HOST:PORT",
    help="Where to serve HTTP.",
)
@click.option(
    "--grpc-listen", metavar="HOST:PORT", help="Where to serve Envoy's ext_authz over gRPC."
)
@click.option(
    "--trust-forwarded-from",
    "trusted",
    multiple=True,
    metavar="CIDR",
    help="Proxies whose X-Forwarded-For is believed; may be given more than once.  "
    "[default: as the bundle says]",
)
@click.option(
    "--trusted-hops",
    type=click.IntRange(0, 10),
    help="Proxies that every request passes before it comes to the one that asks.  "
    "[default: as the bundle says]",
)
@click.option(
    "--counts",
    "counts_file",
    type=FilePath(),
    help="A file to keep counts in; without it nothing is kept.",
)
@click.option(
    "--attested-by",
    multiple=True,
    metavar="ORGANIZATION",
    help="Count the country that this organization says of its users; may be given more than once.",
)
def serve(
    bundle: Path,
    listen: str,
    grpc_listen: str | None,
    trusted: tuple[str, ...],
    trusted_hops: int | None,
    counts_file: Path | None,
    attested_by: tuple[str, ...],
) -> None:
    """Serve nginx, Traefik, Caddy, Envoy and customers that ask what a request gets."""
    if attested_by and counts_file is None:
        raise CannotRun("--attested-by needs --counts: what is said would be kept nowhere")
    where = endpoint(listen)
    guard = Guard(bundle, trusted=trusted or None, trusted_hops=trusted_hops)
    counter = None if counts_file is None else counts.Counter(counts_file)
    service = Service(guard, counter, frozenset(attested_by))
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
    grpc = None if grpc_listen is None else _grpc(service, str(endpoint(grpc_listen)))
    bound = bind(where.host, where.port)
    click.echo(f"The check service listens on http://{spell(bound)}: {guard.opened.generation}.")
    config = uvicorn.Config(
        make_app(service),
        # A line for each request would be a list of addresses.
        access_log=False,
        lifespan="off",
        log_level="warning",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    # uvicorn hands the signal on once it has ended; what was counted is written first.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    try:
        uvicorn.Server(config).run(sockets=[bound])
    finally:
        if grpc is not None:
            grpc.stop(1).wait()
        guard.close()
        if counter is not None:
            counter.close()


def _grpc(service: Service, listen: str) -> Any:
    try:
        door = import_module("regiongate.guard.check.grpc_door")
    except ModuleNotFoundError as error:
        message = "--grpc-listen needs grpcio: pip install 'regiongate[grpc]'"
        raise CannotRun(message) from error
    server, _ = door.serve(service, listen)
    click.echo(f"ext_authz over gRPC listens on {listen}.")
    return server


@check.command()
@click.option(
    "--counts", "counts_file", type=FilePath(), required=True, help="The file of the service."
)
@click.option("--since", type=_DAY, help="The first day, in UTC.  [default: the first counted]")
@click.option("--until", type=_DAY, help="The last day, in UTC.  [default: the last counted]")
@json_option
def report(
    counts_file: Path, since: datetime | None, until: datetime | None, as_json: bool
) -> None:
    """Report how many requests were answered, by region and verdict, to hand to a provider.

    It names no address and no organization.
    """
    found = counts.read(counts_file)
    days = [date.fromisoformat(kind.day) for kind in found] or [datetime.now(UTC).date()]
    first = min(days) if since is None else since.date()
    last = max(days) if until is None else until.date()
    if last < first:
        raise CannotRun(f"{last} is before {first}: give --since and --until in order")
    made = counts.report(found.items(), first, last)
    if as_json:
        print_json(_record(made))
        return
    click.echo(f"{made.requests} requests from {made.since} to {made.until}")
    click.echo(f"decided by: {', '.join(made.policies) or '-'}")
    click.echo()
    names = ("country", "attested", "class", "verdict", "requests")
    print_table(names, ([cell or None for cell in row] for row in made.rows))


def _record(made: counts.Report) -> dict[str, Any]:
    return {
        "since": made.since.isoformat(),
        "until": made.until.isoformat(),
        "policies": made.policies,
        "requests": made.requests,
        "rows": [
            {
                "country": country or None,
                "attested": attested or None,
                "class": place_class,
                "verdict": verdict,
                "requests": requests,
            }
            for country, attested, place_class, verdict, requests in made.rows
        ],
    }
