"""`regiongate up` and `regiongate down`: run a gateway, and stop it."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path
from threading import Event

import click

from regiongate.cli.gateway_options import SAMPLE, GatewayOptions, gateway_options, state_option
from regiongate.cli.gateway_settings import settings
from regiongate.cli.options import FilePath, sources_option
from regiongate.cli.store_option import store_option
from regiongate.cli.up_banner import Banner, Running, tell, tell_console
from regiongate.compiler.envoy.settings import Endpoint, Settings, endpoint
from regiongate.compiler.snapshot import Inputs
from regiongate.control.gateway import build, companions, run, standings
from regiongate.control.gateway.companions import Companion
from regiongate.control.gateway.enforce import Enforcer
from regiongate.control.gateway.watch import watch
from regiongate.domain.errors import CannotRun, ProblemsFound
from regiongate.gateway.envoy import Envoy
from regiongate.gateway.state import State
from regiongate.geo.store.catalogue import Catalogue
from regiongate.store.database import NAME, Database, default_url

_policy_option = click.option(
    "--policy", type=FilePath(), help="The policy file.  [default: the sample policy]"
)
_organizations_option = click.option(
    "--organizations", type=FilePath(), help="CSV: organization,state,until,key_sha256."
)


@click.command()
@_policy_option
@_organizations_option
@sources_option
@gateway_options
@state_option
@store_option
@click.option(
    "--sample-listen",
    metavar="HOST:PORT",
    help=f"Where the sample API serves, when there is no --upstream.  [default: {SAMPLE}]",
)
@click.option(
    "--console",
    "console_listen",
    metavar="HOST:PORT",
    help="Serve the console, the API and the public pages there as well.  [default: nowhere]",
)
@click.option("--workers", type=click.IntRange(1, 512), help="Envoy's threads.  [default: cores]")
def up(
    policy: Path | None,
    organizations: Path | None,
    catalogue: Catalogue,
    state_dir: Path,
    store_url: str | None,
    sample_listen: str | None,
    console_listen: str | None,
    workers: int | None,
    gateway: GatewayOptions,
) -> None:
    """Put a real Envoy in front of an API and enforce a policy file on it.

    What is decided in the cases of the store is put in force within a second. Ctrl-C stops
    everything. A gateway that already runs in the state directory is picked up.
    """
    sampled = gateway.upstream_url is None
    if sample_listen is not None and not sampled:
        raise click.UsageError("--sample-listen is for the sample API: leave out --upstream.")
    behind = endpoint(sample_listen or SAMPLE) if sampled else None
    pages = None if console_listen is None else endpoint(console_listen)
    chosen = settings(_completed(gateway, behind, pages))
    state = State(state_dir.resolve())
    state.prepare()
    beside = _companions(state, behind, pages, store_url)
    console, stop = Banner(), _stopping()
    with state.lock("up", f"`regiongate up` already runs for {state.root}"):
        state.want_stop(False)
        store = _Store(store_url, state, wanted=pages is not None)
        with console.status("compiling the policy and starting Envoy"):
            what = _inputs(policy, organizations, catalogue)
            if (database := store.find()) is not None:
                what = standings.applied(what, standings.of_store(database, datetime.now(UTC)))
            started = _start(state, chosen, what, workers, beside)
        tell(console, Running(state, chosen, started, catalogue, sampled))
        if pages is not None and database is not None:
            tell_console(console, database, f"http://{pages}")

        def enforcer() -> Enforcer | None:
            found = store.find()
            if found is None:
                return None
            return Enforcer(state, chosen, Envoy(state, workers), found, catalogue, what)

        watch(state, workers, beside, stop, console.note, find_enforcer=enforcer)
        console.print("stopping")
        run.stop(state)


def _completed(
    gateway: GatewayOptions, behind: Endpoint | None, pages: Endpoint | None
) -> GatewayOptions:
    """What was said, with what follows from the sample API and from the console beside it."""
    if behind is not None:
        # So that one can play every country from one machine; never with a real upstream.
        trusted = gateway.trusted or ("127.0.0.0/8",)
        gateway = replace(gateway, upstream_url=f"http://{behind}", trusted=trusted)
    if pages is not None and gateway.site_url is None:
        gateway = replace(gateway, site_url=f"http://{pages}")
    return gateway


def _stopping() -> Event:
    """What Ctrl-C, a stop from outside and a closed terminal set."""
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    return stop


class _Store:
    """The store that was said, or the one in the state directory as soon as there is one.

    Where it is `wanted`, it is made.
    """

    def __init__(self, url: str | None, state: State, wanted: bool) -> None:
        self._url = url
        self._state = state
        self._wanted = wanted
        self._found: Database | None = None

    def find(self) -> Database | None:
        """The open store. Raises CannotRun when the one that was said cannot be opened."""
        there = self._wanted or self._url or (self._state.root / NAME).exists()
        if self._found is None and there:
            self._found = Database.open(self._url or default_url(self._state.root))
        return self._found


@click.command()
@state_option
def down(state_dir: Path) -> None:
    """Stop the gateway of a state directory, also one whose `up` has died."""
    state = State(state_dir.resolve())
    run.down(state)
    click.echo(f"The gateway in {state.root} is stopped.")


def _companions(
    state: State, behind: Endpoint | None, pages: Endpoint | None, store_url: str | None
) -> list[Companion]:
    """What is to run beside the gateway."""
    wanted = [] if behind is None else [companions.sample(state, behind)]
    if pages is not None:
        options = () if store_url is None else ("--store", store_url)
        wanted.append(companions.console(state, pages, options))
    return wanted


def _inputs(policy: Path | None, organizations: Path | None, catalogue: Catalogue) -> Inputs:
    if policy is not None:
        return build.inputs(policy, organizations, catalogue)
    with as_file(files("regiongate.sample").joinpath("policy.yaml")) as shipped:
        return build.inputs(shipped, organizations, catalogue)


def _start(
    state: State,
    chosen: Settings,
    what: Inputs,
    workers: int | None,
    beside: Sequence[Companion],
) -> run.Started:
    """Start the companions and the gateway; leave nothing half-started."""
    try:
        for one in beside:
            one.start()
        return run.start(state, chosen, what, datetime.now(UTC), workers)
    except (CannotRun, ProblemsFound):
        if not run.serves(state):
            run.stop(state)
        raise
