"""`regiongate up` and `regiongate down`: run a gateway, and stop it."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path
from threading import Event
from typing import Any

import click
from rich.console import Console

from regiongate.cli.gateway_options import SAMPLE, gateway_options, settings, state_option
from regiongate.cli.options import FilePath, sources_option
from regiongate.cli.store_option import store_option
from regiongate.compiler.envoy.settings import Endpoint, Settings, endpoint
from regiongate.compiler.reader import BundleReader
from regiongate.compiler.snapshot import Inputs
from regiongate.control import build, companions, run, standings
from regiongate.control.access import login
from regiongate.control.ages import aged, alarms, recorded, softened
from regiongate.control.companions import Companion
from regiongate.control.enforce import Enforcer
from regiongate.control.people import first_person
from regiongate.domain.errors import CannotRun, ProblemsFound
from regiongate.domain.refusal import SELF_CHECK_PATH
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


class _Banner(Console):
    """A console that nobody needs to read: a reader who leaves must not end the gateway."""

    def on_broken_pipe(self) -> None:
        """Go on in silence."""
        self.file = Path(os.devnull).open("w")  # noqa: SIM115 - open as long as the process


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
    **options: Any,
) -> None:
    """Put a real Envoy in front of an API and enforce a policy file on it.

    What is decided in the cases of the store is put in force within a second. Ctrl-C stops
    everything. A gateway that already runs in the state directory is picked up.
    """
    sampled = options["upstream_url"] is None
    if sample_listen is not None and not sampled:
        raise click.UsageError("--sample-listen is for the sample API: leave out --upstream.")
    behind = endpoint(sample_listen or SAMPLE) if sampled else None
    if behind is not None:
        options["upstream_url"] = f"http://{behind}"
    if sampled and not options["trusted"]:
        # So that one can play every country from one machine; never with a real upstream.
        options["trusted"] = ("127.0.0.0/8",)
    pages = None if console_listen is None else endpoint(console_listen)
    if pages is not None and options["site_url"] is None:
        options["site_url"] = f"http://{pages}"
    chosen = settings(**options)
    state = State(state_dir.resolve())
    state.prepare()
    beside = _companions(state, behind, pages, store_url)
    console = _Banner(highlight=False, soft_wrap=True)
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    with state.lock("up", f"`regiongate up` already runs for {state.root}"):
        state.want_stop(False)
        store = _Store(store_url, state, wanted=pages is not None)
        with console.status("compiling the policy and starting Envoy"):
            what = _inputs(policy, organizations, catalogue)
            if (database := store.find()) is not None:
                what = standings.applied(what, standings.of_store(database, datetime.now(UTC)))
            started = _start(state, chosen, what, workers, beside)
        _tell(console, state, chosen, started, catalogue, sampled)
        if pages is not None and database is not None:
            _tell_console(console, database, f"http://{pages}")

        def enforcer() -> Enforcer | None:
            found = store.find()
            if found is None:
                return None
            return Enforcer(state, chosen, Envoy(state, workers), found, catalogue, what)

        def tell(text: str) -> None:
            console.print(f"[bold]·[/] {text}")

        run.watch(state, workers, beside, stop, tell, find_enforcer=enforcer)
        console.print("stopping")
        run.stop(state)


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


def _tell(
    console: Console,
    state: State,
    chosen: Settings,
    started: run.Started,
    catalogue: Catalogue,
    sampled: bool,
) -> None:
    """What runs, under which policy, until when, on data how old, and what to try."""
    manifest, now = state.manifest(started.generation), datetime.now(UTC)
    policy = manifest["policy"]
    here = f"http://{chosen.listen[0]}"
    how = "picked up" if started.found else "started"
    upstream = f"{chosen.upstream}" + (" (the sample API)" if sampled else "")
    listening = ", ".join(f"http://{where}" for where in chosen.listen)
    rows = [
        ("gateway", f"{listening} → {upstream}, {how}"),
        ("policy", f"{policy['name']} {policy['version']}, list {policy['list']['name']}"),
        ("phase", f"{manifest['phase']}; next date {manifest['next_change'] or 'none'}"),
        ("generation", started.generation),
        *(("data", _age(aged(source, now))) for source in recorded(manifest)),
        *(("ALARM", f"[red]{text}[/]") for text in alarms(recorded(manifest), now, catalogue)),
        ("log", str(state.access_log)),
    ]
    old = softened(BundleReader(state.bundle(started.generation)).policy, now)
    if old is not None:
        rows.insert(-1, ("ALARM", f"[red]{old}[/]"))
    if policy["report_only"]:
        rows.insert(2, ("mode", "[yellow]report only: nothing is refused[/]"))
    if started.differs:
        text = "what was published stays in force; to change it: regiongate publish --policy FILE"
        rows.insert(1, ("kept", f"[yellow]{text}[/]"))
    if sampled:
        rows.insert(1, ("trusting", "X-Forwarded-For from 127.0.0.0/8, to play other countries"))
    for name, text in rows:
        console.print(f"  [bold]{name:<11}[/]{text}")
    body = '{"model":"sample","messages":[{"role":"user","content":"hi"}]}'
    chat = f"-H 'content-type: application/json' -d '{body}'"
    played = ' -H "X-Forwarded-For: 1.2.4.8"' if chosen.trusted else ""
    console.print("\ntry")
    console.print(f"  curl -s {here}{SELF_CHECK_PATH}{played}")
    if sampled:
        console.print(f"  curl -s {here}/v1/chat/completions{played} {chat}")
    console.print(f"  regiongate explain 1.2.4.8 --state {_short(state.root)}")
    console.print("\nCtrl-C stops everything.")


def _tell_console(console: Console, database: Database, url: str) -> None:
    """Where the console is, and a link by which somebody gets in, once."""
    at = datetime.now(UTC)
    with database.writing() as connection:
        person = first_person(connection, at)
        code = login.one_time(connection, person.name, at)
    console.print(f"\nlog in once, within ten minutes, as {person.name} ({person.role})")
    console.print(f"  {login.link(url, code)}")


def _age(source: dict[str, Any]) -> str:
    days, licence = source["age_days"], source["licence"] or "licence not said"
    return f"{source['name']} of {source['date']}, {days} days old ({licence})"


def _short(path: Path) -> str:
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)
