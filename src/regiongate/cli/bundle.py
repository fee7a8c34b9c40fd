"""`regiongate bundle`: build, verify and compare what a gateway runs on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from regiongate.cli import output
from regiongate.cli.gateway_options import GatewayOptions, gateway_options
from regiongate.cli.gateway_settings import settings
from regiongate.cli.options import FilePath, at_option, json_option, sources_option
from regiongate.compiler import bundle as compiled
from regiongate.compiler.bundle import MANIFEST
from regiongate.compiler.difference import BundleChanges, bundle_changes
from regiongate.compiler.reader import BundleReader
from regiongate.compiler.verify import verify as check
from regiongate.control.gateway import build as builder
from regiongate.domain.errors import CannotRun
from regiongate.geo.store.catalogue import Catalogue

_MOST_SHOWN = 20
"""Of a long list the first are told to a person; a program asks for all with `--json`."""


@click.group()
def bundle() -> None:
    """Build, verify and compare bundles: what a gateway runs on."""


@bundle.command()
@click.option("--policy", type=FilePath(), required=True, help="The policy file.")
@click.option("--organizations", type=FilePath(), help="CSV: organization,state,until,key_sha256.")
@at_option
@click.option("--out", type=FilePath(), required=True, help="A folder that does not exist yet.")
@click.option("--parent", type=FilePath(), help="The bundle that this one follows.")
@sources_option
@gateway_options
@json_option
def build(
    policy: Path,
    organizations: Path | None,
    at: datetime,
    out: Path,
    parent: Path | None,
    catalogue: Catalogue,
    as_json: bool,
    gateway: GatewayOptions,
) -> None:
    """Compile a policy into a bundle.

    The same inputs, instant, parent and options give the same bytes.
    """
    chosen = settings(gateway)
    before = None if parent is None else BundleReader(parent).parent()
    with _busy() as tell:
        tell("reading the policy and its sources")
        what = builder.inputs(policy, organizations, catalogue)
        tell("laying out the address space")
        frozen = builder.freeze(what, at, before)
        tell("writing the bundle")
        try:
            compiled.write(frozen, chosen, builder.trust_store(), out)
        except OSError as error:
            raise CannotRun(f"cannot write the bundle to {out}: {error.strerror}") from error
    manifest = json.loads((out / MANIFEST).read_text("utf-8"))
    if as_json:
        output.print_json({"folder": out, **manifest})
        return
    counts = manifest["counts"]
    rows = counts["organizations"]
    click.echo(f"{out}: generation {frozen.generation}, phase {manifest['phase']}.")
    click.echo(f"Next change: {manifest['next_change'] or 'none'}.")
    listed = "1 organization" if rows == 1 else f"{rows} organizations"
    click.echo(f"{counts['steps']} networks, {listed}.")
    click.echo(f"Next: regiongate bundle verify {out}")


@bundle.command()
@click.argument("folder", type=FilePath())
@click.option("--no-envoy", is_flag=True, help="Do not ask Envoy whether it would take it.")
@json_option
@click.pass_context
def verify(ctx: click.Context, folder: Path, no_envoy: bool, as_json: bool) -> None:
    """Say everything that is wrong with a bundle.

    Other code than wrote the bundle reads it again, asks it about sampled addresses at every
    date, and compares with the policy. Exit code 1 when something is wrong.
    """
    _require_folder(folder)
    with _busy() as tell:
        tell("verifying")
        findings = check(folder, envoy=not no_envoy)
    if as_json:
        output.print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            click.echo(f"{folder}/{finding}", err=True)
        if not findings:
            click.echo(f"{folder}: sound.")
    if findings:
        ctx.exit(1)


@bundle.command()
@click.argument("before", type=FilePath())
@click.argument("after", type=FilePath())
@json_option
def diff(before: Path, after: Path, as_json: bool) -> None:
    """Compare two bundles.

    Says which facts, rows and organizations differ, and how many IPv4 addresses change verdict at
    the later instant of the two.
    """
    for folder in (before, after):
        _require_folder(folder)
    with _busy() as tell:
        tell("comparing")
        try:
            found = bundle_changes(before, after)
        except (KeyError, TypeError, ValueError, StopIteration, OSError) as error:
            message = f"{before} and {after} cannot be compared"
            remedy = "ask `regiongate bundle verify` about each"
            raise CannotRun(f"{message} ({type(error).__name__}: {error}): {remedy}") from error
    if as_json:
        output.print_json(asdict(found))
    else:
        _print_changes(found)


def _print_changes(found: BundleChanges) -> None:
    lists: dict[str, list[dict[str, Any]]] = {
        "Manifest": [asdict(row) for row in found.manifest],
        f"Addresses at {output.utc(found.at)}": [asdict(row) for row in found.addresses],
        "Rows of the decision table": [_readable(asdict(row)) for row in found.rows],
        "Organizations": [asdict(row) for row in found.organizations],
    }
    if not any(lists.values()):
        click.echo("No difference.")
    for title, rows in lists.items():
        output.print_records(title, rows[:_MOST_SHOWN])
        if len(rows) > _MOST_SHOWN:
            click.echo(f"… and {len(rows) - _MOST_SHOWN} more; --json shows all.\n")


def _readable(row: dict[str, Any]) -> dict[str, Any]:
    return {key: ", ".join(v) if isinstance(v, tuple) else v for key, v in row.items()}


def _require_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise CannotRun(f"{folder} is not a bundle: it is not a folder")


@contextmanager
def _busy() -> Iterator[Any]:
    """Say on a terminal what is being done; nothing elsewhere."""
    with Console(stderr=True).status("") as status:
        yield status.update
