"""What `regiongate up` says once the gateway runs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from regiongate.compiler.envoy.settings import Settings
from regiongate.compiler.reader import BundleReader
from regiongate.control.access import login
from regiongate.control.access.people import first_person
from regiongate.control.gateway.run import Started
from regiongate.control.sources.ages import aged, alarms, recorded, softened
from regiongate.domain.refusal import SELF_CHECK_PATH
from regiongate.gateway.state import State
from regiongate.geo.store.catalogue import Catalogue
from regiongate.store.database import Database


class Banner(Console):
    """A console that nobody needs to read: a reader who leaves must not end the gateway."""

    def __init__(self) -> None:
        super().__init__(highlight=False, soft_wrap=True)

    def on_broken_pipe(self) -> None:
        """Go on in silence."""
        self.file = Path(os.devnull).open("w")  # noqa: SIM115 - open as long as the process

    def note(self, text: str) -> None:
        """Tell of a change."""
        self.print(f"[bold]·[/] {text}")


@dataclass(frozen=True, slots=True)
class Running:
    """A gateway that serves: `sampled` when what it protects is the sample API."""

    state: State
    settings: Settings
    started: Started
    catalogue: Catalogue
    sampled: bool


def tell(console: Console, running: Running) -> None:
    """What runs, under which policy, until when, on data how old, and what to try."""
    for name, text in _rows(running, datetime.now(UTC)):
        console.print(f"  [bold]{name:<11}[/]{text}")
    console.print("\ntry")
    for line in _commands(running):
        console.print(f"  {line}")
    console.print("\nCtrl-C stops everything.")


def tell_console(console: Console, database: Database, url: str) -> None:
    """Where the console is, and a link by which somebody gets in, once."""
    at = datetime.now(UTC)
    with database.writing() as connection:
        person = first_person(connection, at)
        code = login.one_time(connection, person.name, at)
    console.print(f"\nlog in once, within ten minutes, as {person.name} ({person.role})")
    console.print(f"  {login.link(url, code)}")
    console.print("a link for somebody else, with the --state or --store of this command")
    console.print(f"  regiongate login NAME --url {url}")


def _rows(running: Running, now: datetime) -> Iterator[tuple[str, str]]:
    state, started = running.state, running.started
    manifest = state.manifest(started.generation)
    policy, sources = manifest["policy"], recorded(manifest)
    yield "gateway", _gateway(running)
    if running.sampled:
        yield "trusting", "X-Forwarded-For from 127.0.0.0/8, to play other countries"
    if started.differs:
        text = "what was published stays in force; to change it: regiongate publish --policy FILE"
        yield "kept", f"[yellow]{text}[/]"
    yield "policy", f"{policy['name']} {policy['version']}, list {policy['list']['name']}"
    if policy["report_only"]:
        yield "mode", "[yellow]report only: nothing is refused[/]"
    yield "phase", f"{manifest['phase']}; next date {manifest['next_change'] or 'none'}"
    yield "generation", started.generation
    yield from (("data", _age(aged(source, now))) for source in sources)
    old = softened(BundleReader(state.bundle(started.generation)).policy, now)
    for text in filter(None, (*alarms(sources, now, running.catalogue), old)):
        yield "ALARM", f"[red]{text}[/]"
    yield "log", str(state.access_log)


def _gateway(running: Running) -> str:
    upstream = f"{running.settings.upstream}" + (" (the sample API)" if running.sampled else "")
    listening = ", ".join(f"http://{where}" for where in running.settings.listen)
    how = "picked up" if running.started.found else "started"
    return f"{listening} → {upstream}, {how}"


def _commands(running: Running) -> Iterator[str]:
    here = f"http://{running.settings.listen[0]}"
    played = ' -H "X-Forwarded-For: 1.2.4.8"' if running.settings.trusted else ""
    yield f"curl -s {here}{SELF_CHECK_PATH}{played}"
    if running.sampled:
        body = '{"model":"sample","messages":[{"role":"user","content":"hi"}]}'
        chat = f"-H 'content-type: application/json' -d '{body}'"
        yield f"curl -s {here}/v1/chat/completions{played} {chat}"
    yield f"regiongate explain 1.2.4.8 --state {_short(running.state.root)}"


def _age(source: dict[str, Any]) -> str:
    days, licence = source["age_days"], source["licence"] or "licence not said"
    return f"{source['name']} of {source['date']}, {days} days old ({licence})"


def _short(path: Path) -> str:
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)
