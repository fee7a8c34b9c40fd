"""`regiongate publish`: change the policy of a running gateway without a restart."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from regiongate.cli import output
from regiongate.cli.gateway_options import state_option
from regiongate.cli.options import FilePath, json_option, sources_option
from regiongate.cli.store_option import store_option
from regiongate.compiler.bundle import GENERATION, ORGANIZATIONS
from regiongate.compiler.reader import BundleReader
from regiongate.control.gateway import build, run, standings
from regiongate.control.gateway.publish import publish as put_in_force
from regiongate.control.gateway.publish import publish_bundle
from regiongate.control.gateway.standings import Standings
from regiongate.control.sources.ages import alarms, recorded, softened
from regiongate.domain.errors import CannotRun
from regiongate.gateway.state import State
from regiongate.gateway.swap import Swapped
from regiongate.geo.store.catalogue import Catalogue
from regiongate.store.database import Database


@click.command()
@click.option("--policy", type=FilePath(), help="The new policy file.")
@click.option(
    "--organizations",
    type=FilePath(),
    help="A new organizations file.  [default: the table in force stays]",
)
@click.option("--bundle", "bundle_dir", type=FilePath(), help="Publish a bundle built elsewhere.")
@click.option("--back-to", metavar="GENERATION", help="Publish an older generation once more.")
@sources_option
@state_option
@store_option
@json_option
def publish(
    policy: Path | None,
    organizations: Path | None,
    bundle_dir: Path | None,
    back_to: str | None,
    catalogue: Catalogue,
    state_dir: Path,
    store_url: str | None,
    as_json: bool,
) -> None:
    """Swap a new policy into a running gateway.

    The policy's own tests, the bundle's verification, Envoy itself and a probe of every kind of
    place must all agree; otherwise the old generation stays in force, and the reason is said.

    With a new policy, what cases have decided stays in force: as the store of --store says, else
    as it is in force now.
    """
    if sum(given is not None for given in (policy, bundle_dir, back_to)) != 1:
        raise click.UsageError("Name one of --policy, --bundle and --back-to.")
    if back_to is not None and GENERATION.fullmatch(back_to) is None:
        raise click.UsageError(f"{back_to!r} is not a generation: write it as 3-0a1b2c3d.")
    state = State(state_dir.resolve())
    settings = run.settings_of(state)
    if not run.serves(state):
        raise CannotRun(f"no gateway runs in {state.root}: start one with `regiongate up`")
    with Console(stderr=True).status("compiling, verifying, swapping"):
        if policy is not None:
            what = build.inputs(policy, organizations or _table_in_force(state), catalogue)
            what = standings.applied(what, _standings(state, store_url))
            swapped = put_in_force(state, settings, what, datetime.now(UTC))
        else:
            folder = bundle_dir or state.bundle(str(back_to))
            if not folder.is_dir():
                raise CannotRun(f"{folder} is not a bundle: it does not exist")
            swapped = publish_bundle(state, settings, folder)
    _tell(swapped, as_json)
    if not as_json:
        _alarm(state, swapped.generation, catalogue)


def _standings(state: State, store_url: str | None) -> Standings:
    """What cases have decided. A store is asked only where it was named: which one the running
    gateway has is known to its control process, which puts in force what is new there.
    """
    if store_url is not None:
        database = Database.open(store_url)
        try:
            return standings.of_store(database, datetime.now(UTC))
        finally:
            database.close()
    current = state.current()
    return (
        Standings() if current is None else standings.of_bundle(BundleReader(state.bundle(current)))
    )


def _table_in_force(state: State) -> Path | None:
    current = state.current()
    return None if current is None else state.bundle(current) / ORGANIZATIONS


def _alarm(state: State, generation: str, catalogue: Catalogue) -> None:
    """What the age of its sources does to the generation that is now in force."""
    bundle, now = BundleReader(state.bundle(generation)), datetime.now(UTC)
    words = [*alarms(recorded(bundle.manifest), now, catalogue), softened(bundle.policy, now)]
    for text in filter(None, words):
        click.echo(f"ALARM: {text}", err=True)


def _tell(swapped: Swapped, as_json: bool) -> None:
    if as_json:
        facts: dict[str, Any] = {
            "generation": swapped.generation,
            "parent": swapped.parent,
            "swap_seconds": round(swapped.seconds, 3),
        }
        output.print_json(facts)
        return
    milliseconds = swapped.seconds * 1000
    click.echo(
        f"{swapped.generation} is in force after {milliseconds:.0f} ms, was {swapped.parent}"
    )
