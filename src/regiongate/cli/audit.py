"""`regiongate audit`: what was changed, when and by whom, and the proof that it is all there."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from regiongate.cli import output
from regiongate.cli.acting import as_option
from regiongate.cli.audit_progress import audit_progress
from regiongate.cli.gateway_options import state_option
from regiongate.cli.lazy import Lazy, LazyGroup
from regiongate.cli.options import NUMBER, FilePath, Instant, at_option, json_option
from regiongate.cli.store_option import reading, store_option
from regiongate.control.acting import acting
from regiongate.control.audit.check import verify_export, verify_store
from regiongate.control.audit.export import Export
from regiongate.control.audit.give import give
from regiongate.control.audit.show import Shown
from regiongate.control.audit.show import show as select
from regiongate.control.audit.signed import SignedHead, pem, public_key, read_head, sign, written
from regiongate.control.audit.trouble import Verified
from regiongate.control.secrets import signing_key
from regiongate.domain.audit import Tag
from regiongate.domain.errors import CannotRun
from regiongate.domain.role import Act
from regiongate.store.audit import AuditTrail, Which

LAZY = {
    "fold": Lazy(
        "regiongate.cli.audit_fold:fold",
        "Remove what is finer than a network and older than the policy keeps it.",
    ),
}

_MOST_SHOWN = 100
"""Of many troubles the first are told to a person; a program asks for all with `--json`."""


@click.group(cls=LazyGroup, lazy=LAZY)
def audit() -> None:
    """Verify, export and show the audit trail."""


@audit.command()
@click.argument("file", type=FilePath(), required=False)
@click.option("--key", metavar="KEY", help="Of an export or a head: the public key, or a file.")
@click.option(
    "--head",
    "heads",
    type=FilePath(),
    multiple=True,
    help="Of the store: a signed head or an export from before; may be given more than once.",
)
@state_option
@store_option
@json_option
@click.pass_context
def verify(
    ctx: click.Context,
    file: Path | None,
    key: str | None,
    heads: tuple[Path, ...],
    state_dir: Path,
    store_url: str | None,
    as_json: bool,
) -> None:
    """Verify the audit trail of the store, or of an export FILE.

    Names every event that was changed, removed, reordered or inserted. A cut end shows only
    against a signed head from before. Exit code 1 when something is wrong.
    """
    if file is not None:
        found = _verify_file(file, key, heads)
    else:
        found = _verify_store(key, heads, state_dir, store_url)
    if as_json:
        output.print_json(asdict(found))
    else:
        _tell(found)
    if found.troubles:
        ctx.exit(1)


@audit.command()
@click.option("--out", type=FilePath(), help="A file that is not there yet.  [default: stdout]")
@as_option
@at_option
@state_option
@store_option
@json_option
def export(
    out: Path | None,
    person: str,
    at: datetime,
    state_dir: Path,
    store_url: str | None,
    as_json: bool,
) -> None:
    """Export the whole audit trail as JSON lines, with a signed head as the last.

    Whoever has the public key verifies it without the store. It is JSON with or without --json,
    which tells of the written file in JSON as well.
    """
    key = signing_key(state_dir)
    with (
        reading(store_url, state_dir) as connection,
        audit_progress("exporting") as hear,
    ):
        trail = AuditTrail(connection)
        trail.hold_still()
        acting(connection, person, Act.EXPORT)
        head = sign(trail.head(), key, at)
        give(trail, head, sys.stdout if out is None else out, hear)
    if out is not None:
        _tell_export(out, head, as_json)


@audit.command()
@click.option("--organization", metavar="ID", help="Only events about this organization.")
@click.option("--case", type=NUMBER, metavar="NUMBER", help="Only events about this case.")
@click.option(
    "--tag",
    "tags",
    multiple=True,
    type=click.Choice([tag.value for tag in Tag]),
    help="Only such events.",
)
@click.option("--actor", metavar="NAME", help="Only what this person did.")
@click.option("--since", type=Instant(), help="Only from this instant on.")
@click.option("--until", type=Instant(), help="Only before this instant.")
@click.option("--last", type=NUMBER, default=50, show_default=True, help="So many.")
@click.option("--all", "everything", is_flag=True, help="All of them, not only the last.")
@state_option
@store_option
@json_option
def show(
    organization: str | None,
    case: int | None,
    tags: tuple[str, ...],
    actor: str | None,
    since: datetime | None,
    until: datetime | None,
    last: int,
    everything: bool,
    state_dir: Path,
    store_url: str | None,
    as_json: bool,
) -> None:
    """Show the last events for which all that is said holds.

    It does not verify them: that is for `regiongate audit verify`.
    """
    which = Which(tags, actor, organization, since, until)
    with reading(store_url, state_dir) as connection:
        found = select(connection, which, case, None if everything else last)
    if as_json:
        output.print_json([asdict(event) for event in found])
    else:
        output.print_table(
            ("number", "at", "tag", "actor", "organization", "detail"), map(_row, found)
        )


@audit.command()
@at_option
@state_option
@store_option
@json_option
def head(at: datetime, state_dir: Path, store_url: str | None, as_json: bool) -> None:
    """Print a signed head: keep it elsewhere, and no end of the trail can be cut unnoticed.

    It is one line of JSON, with or without --json.
    """
    key = signing_key(state_dir)
    with reading(store_url, state_dir) as connection:
        signed = sign(AuditTrail(connection).head(), key, at)
    click.echo(json.dumps(signed.to_json(), indent=2 if as_json else None))


@audit.command()
@state_option
@json_option
def key(state_dir: Path, as_json: bool) -> None:
    """Print the public key (Ed25519, hexadecimal) that verifies exports; made at first use."""
    public = signing_key(state_dir).public_key()
    if as_json:
        output.print_json({"ed25519": written(public), "pem": pem(public)})
    else:
        click.echo(written(public))


def _verify_file(file: Path, key: str | None, heads: tuple[Path, ...]) -> Verified:
    if heads:
        raise CannotRun("--head is for the store: an export has its own")
    if key is None:
        remedy = "say --key: what `regiongate audit key` prints where the export was made"
        raise CannotRun(f"nothing says who made {file}: {remedy}")
    public = public_key(key)
    with audit_progress("verifying") as hear:
        return verify_export(Export.open(file), public, hear)


def _verify_store(
    key: str | None, heads: tuple[Path, ...], state_dir: Path, store_url: str | None
) -> Verified:
    known = []
    if heads:
        public = signing_key(state_dir).public_key() if key is None else public_key(key)
        known = [read_head(path, public) for path in heads]
    with (
        reading(store_url, state_dir) as connection,
        audit_progress("verifying") as hear,
    ):
        return verify_store(connection, known, hear)


def _tell(found: Verified) -> None:
    for trouble in found.troubles[:_MOST_SHOWN]:
        click.echo(trouble.words, err=True)
    more = len(found.troubles) - _MOST_SHOWN
    if more > 0:
        click.echo(f"… and {more} more; --json shows all.", err=True)
    erased = f", the contents of {found.erased} erased" if found.erased else ""
    verdict = f"{len(found.troubles)} wrong" if found.troubles else "whole"
    click.echo(f"{found.events} events{erased}: {verdict}.")


def _tell_export(out: Path, head: SignedHead, as_json: bool) -> None:
    if as_json:
        output.print_json({"file": out, **head.to_json()})
        return
    click.echo(f"{out}: {head.head.number} events, signed by {head.key}.")
    click.echo(f"Next: regiongate audit verify {out} --key {head.key}")


def _row(event: Shown) -> tuple[object, ...]:
    if event.actor is None:
        return (event.number, event.at, event.tag, None, None, "erased")
    detail = json.dumps(event.detail, ensure_ascii=False)
    return (event.number, event.at, event.tag, event.actor, event.organization, detail)
