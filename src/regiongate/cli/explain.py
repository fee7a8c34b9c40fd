"""`regiongate explain`: why an address, or one request, gets what it gets."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from regiongate.cli import output
from regiongate.cli.gateway_options import state_option
from regiongate.cli.options import FilePath, at_option, json_option, sources_option
from regiongate.control.explain import Question, by_bundle, by_policy, by_request
from regiongate.domain.errors import CannotRun
from regiongate.gateway.state import State
from regiongate.geo.store.catalogue import Catalogue


@click.command()
@click.argument("address", required=False)
@click.option("--request-id", metavar="ID", help="Explain one request of the gateway's log.")
@click.option("--organization", metavar="ID", help="Ask for this organization.")
@click.option("--path", metavar="PATH", help="Ask for this request path.")
@at_option
@click.option("--policy", type=FilePath(), help="Explain by a policy file.")
@click.option("--organizations", type=FilePath(), help="With --policy: who is exempt, suspended.")
@click.option("--bundle", "bundle_dir", type=FilePath(), help="Explain by a bundle.")
@sources_option
@state_option
@json_option
@click.pass_context
def explain(
    ctx: click.Context,
    address: str | None,
    request_id: str | None,
    organization: str | None,
    path: str | None,
    at: datetime,
    policy: Path | None,
    organizations: Path | None,
    bundle_dir: Path | None,
    catalogue: Catalogue,
    state_dir: Path,
    as_json: bool,
) -> None:
    """Explain the verdict on ADDRESS, or on one request by its id.

    By default the running gateway's bundle answers.
    """
    _refuse_ignored(ctx)
    state = State(state_dir.resolve())
    if request_id is not None:
        found = by_request(request_id, state.access_log, state.bundles)
    else:
        question = Question(str(address), at, organization, path)
        if policy is not None:
            found = by_policy(question, policy, organizations, catalogue)
        else:
            found = by_bundle(question, bundle_dir or _in_force(state))
    if as_json:
        output.print_json(found)
    else:
        _tell(found)


_FLAGS = {
    "organization": "--organization",
    "path": "--path",
    "at": "--at",
    "policy": "--policy",
    "organizations": "--organizations",
    "bundle_dir": "--bundle",
}
"""The options that ask something of an address; the log answers them for a request."""


def _refuse_ignored(ctx: click.Context) -> None:
    """Refuse an option that would be ignored: the answer would be one to another question."""
    given = {
        name for name in ctx.params if ctx.get_parameter_source(name) is not ParameterSource.DEFAULT
    }
    if not {"address", "request_id"} & given:
        raise click.UsageError("Name an ADDRESS or a --request-id.")
    if {"address", "request_id"} <= given:
        raise click.UsageError("Name an ADDRESS or a --request-id, not both.")
    ignored = [flag for name, flag in _FLAGS.items() if name in given]
    if "request_id" in given and ignored:
        message = f"The log answers for a --request-id: leave out {', '.join(ignored)}."
        raise click.UsageError(message)
    if {"policy", "bundle_dir"} <= given:
        raise click.UsageError("Name --policy or --bundle, not both.")
    if "organizations" in given and "policy" not in given:
        raise click.UsageError("--organizations belongs to --policy: name both, or leave it out.")


def _in_force(state: State) -> Path:
    current = state.current()
    if current is None:
        message = f"no gateway has run in {state.root}: name a --policy or a --bundle"
        raise CannotRun(message)
    return state.bundle(current)


def _tell(found: dict[str, Any]) -> None:
    if found["policy"]["name"] is None:
        rows = [("rule", found["rule"] or "none"), ("generation", "none")]
    else:
        rows = _decided(found)
    if "log" in found:
        line = found["log"]
        rows.append(("log", f"{line['time']} {line['method']} {line['path']} → {line['status']}"))
        if line["verdict"] != found["verdict"]:
            rows.append(("CAUTION", f"the log says {line['verdict']}"))
    place = found["region"] or found["country"] or "no region"
    where = f"{found['address'] or 'no address'} ({place})"
    click.echo(f"{where}: {found['verdict'] or 'no verdict'}. {found['reason']}")
    for name, text in rows:
        click.echo(f"  {name:<13}{text}")


def _decided(found: dict[str, Any]) -> list[tuple[str, str]]:
    """What there is to tell of a verdict that a policy has made."""
    following = found["next"]
    rows = [
        ("rule", found["rule"]),
        ("class", found["class"]),
        ("policy", f"{found['policy']['name']} {found['policy']['version']}"),
        ("list", f"{found['list']['name']} ({found['list']['version']})"),
        ("phase", found["phase"]),
        ("since", output.utc(found["since"]) if found["since"] else "always"),
        (
            "next",
            f"{following['verdict']} at {output.utc(following['at'])}" if following else "none",
        ),
        ("organization", f"{found['organization'] or 'none'}, {found['standing']}"),
        ("generation", found["generation"] or "none: a policy file, not a gateway"),
    ]
    if (ruling := found["ruling"]) is not None:
        said = f"{ruling['kind']} {ruling['id']}: {ruling['reason']}"
        rows.insert(1, ("decided", f"{said} (approved by {ruling['approver']})"))
    if found["would"] != found["verdict"]:
        rows.insert(0, ("would be", found["would"]))
    rows += [("source", _source(row)) for row in found["sources"]]
    facts = _facts(found["facts"])
    by = [("facts by", _named(row)) for row in found["fact_sources"]] if facts else []
    return rows + facts + by


def _facts(known: dict[str, Any]) -> list[tuple[str, str]]:
    """What is known of the address beside its region."""
    rows = [("anonymizer", kind) for kind in known["anonymizers"]]
    if known["cloud"] is not None:
        rows.append(("cloud", known["cloud"]["words"]))
    if known["autonomous_system"] is not None:
        system = known["autonomous_system"]
        rows.append(("AS", f"{system['number']} {system['name'] or ''}".rstrip()))
    if known["advice"] is not None:
        rows.append(("advice", known["advice"]))
    return rows


def _source(row: dict[str, Any]) -> str:
    """What one source says."""
    return f"{_named(row)}: {row['country'] or 'knows nothing'}"


def _named(row: dict[str, Any]) -> str:
    """A source with its date, and loudly when it is too old to be relied on."""
    stale = f", STALE ({row['age_days']} days old)" if row["stale"] else ""
    return f"{row['name']} of {row['date']}{stale}"
