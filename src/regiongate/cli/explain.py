"""`regiongate explain`: why an address, or one request, gets what it gets."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from regiongate.cli import output
from regiongate.cli.gateway_options import state_option
from regiongate.cli.options import FilePath, at_option, json_option
from regiongate.control.explain import Question, by_bundle, by_policy, by_request
from regiongate.domain.errors import CannotRun
from regiongate.gateway.state import State


@click.command()
@click.argument("address", required=False)
@click.option("--request-id", metavar="ID", help="Explain one request of the gateway's log.")
@click.option("--organization", metavar="ID", help="Ask for this organization.")
@click.option("--path", metavar="PATH", help="Ask for this request path.")
@at_option
@click.option("--policy", type=FilePath(), help="Explain by a policy file.")
@click.option("--organizations", type=FilePath(), help="With --policy: who is exempt, suspended.")
@click.option("--bundle", "bundle_dir", type=FilePath(), help="Explain by a bundle.")
@state_option
@json_option
def explain(
    address: str | None,
    request_id: str | None,
    organization: str | None,
    path: str | None,
    at: datetime,
    policy: Path | None,
    organizations: Path | None,
    bundle_dir: Path | None,
    state_dir: Path,
    as_json: bool,
) -> None:
    """Explain the verdict on ADDRESS, or on one request by its id.

    By default the running gateway's bundle answers.
    """
    state = State(state_dir.resolve())
    if (address is None) == (request_id is None):
        raise click.UsageError("Name an ADDRESS or a --request-id, not both.")
    if policy is not None and bundle_dir is not None:
        raise click.UsageError("Name --policy or --bundle, not both.")
    if request_id is not None:
        found = by_request(request_id, state.access_log, state.bundles)
    else:
        question = Question(str(address), at, organization, path)
        if policy is not None:
            found = by_policy(question, policy, organizations)
        else:
            found = by_bundle(question, bundle_dir or _in_force(state))
    if as_json:
        output.print_json(found)
    else:
        _tell(found)


def _in_force(state: State) -> Path:
    current = state.current()
    if current is None:
        message = f"no gateway has run in {state.root}: name a --policy or a --bundle"
        raise CannotRun(message)
    return state.bundle(current)


def _tell(found: dict[str, Any]) -> None:
    place = found["region"] or found["country"] or "no region"
    click.echo(f"{found['address']} ({place}): {found['verdict']}, because {found['reason']}")
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
    if found["would"] != found["verdict"]:
        rows.insert(0, ("would be", found["would"]))
    rows += [
        ("source", f"{row['name']} of {row['date']}: {row['country'] or 'knows nothing'}")
        for row in found["sources"]
    ]
    if "log" in found:
        line = found["log"]
        rows.append(("log", f"{line['time']} {line['method']} {line['path']} → {line['status']}"))
        if line["verdict"] != found["verdict"]:
            rows.append(("CAUTION", f"the log says {line['verdict']}"))
    for name, text in rows:
        click.echo(f"  {name:<13}{text}")
