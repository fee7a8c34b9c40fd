"""`regiongate survey --follow`: keep the sightings up with a live log."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import click

from regiongate.cli.store_option import open_store
from regiongate.control.survey import kernel
from regiongate.control.survey.follow import Follower, Locate, Progress, follow
from regiongate.gateway.state import State
from regiongate.geo.store.catalogue import Catalogue
from regiongate.survey.session import session


def follow_log(
    log: Path,
    policy: Path | None,
    at: datetime | None,
    catalogue: Catalogue,
    state_dir: Path,
    store_url: str | None,
) -> None:
    """Follow until Ctrl-C or SIGTERM; both end it between two transactions."""
    database = open_store(store_url, state_dir)
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        with session() as opened:
            found = _kernel(policy, at, catalogue, state_dir)
            follower = Follower(log, database, opened, found, now=_now, tell=_tell)
            click.echo(f"Following {log} into {database.name}; Ctrl-C ends it.", err=True)
            follow(follower, stop, _Status())
    finally:
        database.close()


class _Status:
    """One line that is written over on a terminal; elsewhere a line when something was counted."""

    def __init__(self) -> None:
        self._told = Progress(0, 0, 0)

    def __call__(self, found: Progress) -> None:
        """Tell, where there is something new."""
        if found != self._told:
            words = f"{found.lines} lines, {found.rejected} rejected, {found.lag} bytes behind"
            terminal = sys.stderr.isatty()
            click.echo(f"\r{words}\x1b[K" if terminal else words, nl=not terminal, err=True)
        self._told = found


def _kernel(
    policy: Path | None, at: datetime | None, catalogue: Catalogue, state_dir: Path
) -> Callable[[], Locate]:
    if policy is not None:
        return kernel.of_policy(policy, catalogue, at, _now())
    found = kernel.InForce(State(state_dir.resolve()), catalogue, at, _now)
    found()  # Whether there is one is said before anything is followed.
    return found


def _now() -> datetime:
    return datetime.now(UTC)


def _tell(words: str) -> None:
    click.echo(words, err=True)
