"""Everything that the command line does can be done over HTTP, or there is a reason."""

from __future__ import annotations

from collections.abc import Iterator

import click

from regiongate.cli.main import main
from regiongate.server import doors

OVER_HTTP = {
    "appeal deny": "POST /api/v1/appeals/{name}/deny",
    "appeal files": "GET /api/v1/appeals/{name}/files/{number}",
    "appeal grant": "POST /api/v1/appeals/{name}/grant",
    "appeal list": "GET /api/v1/appeals",
    "appeal open": "POST /api/v1/appeals",
    "appeal reopen": "POST /api/v1/appeals/{name}/reopen",
    "appeal show": "GET /api/v1/appeals/{name}",
    "audit export": "GET /api/v1/audit/export",
    "audit fold": "POST /api/v1/audit/fold",
    "audit head": "GET /api/v1/audit/head",
    "audit key": "GET /api/v1/audit/head",
    "audit show": "GET /api/v1/audit",
    "audit verify": "GET /api/v1/audit/verify",
    "case approve": "POST /api/v1/cases/{number}/approve",
    "case bounces": "POST /api/v1/notices/bounces",
    "case correct": "POST /api/v1/corrections",
    "case exempt": "POST /api/v1/exemptions",
    "case list": "GET /api/v1/cases",
    "case note": "POST /api/v1/cases/{number}/notes",
    "case notice": "POST /api/v1/notices",
    "case notices": "GET /api/v1/notices",
    "case propose": "POST /api/v1/cases/{number}/propose",
    "case release": "POST /api/v1/cases/{number}/release",
    "case show": "GET /api/v1/cases/{number}",
    "case suspend": "POST /api/v1/cases/{number}/suspend",
    "case withdraw": "POST /api/v1/cases/{number}/withdraw",
    "explain": "GET /api/v1/explain/address",
    "geo add": "POST /api/v1/sources",
    "geo compare": "GET /api/v1/sources/agreement",
    "geo list": "GET /api/v1/sources",
    "geo lookup": "GET /api/v1/sources/lookup",
    "geo remove": "DELETE /api/v1/sources/{name}",
    "geo rollback": "POST /api/v1/sources/{name}/rollback",
    "geo update": "POST /api/v1/sources/{name}/update",
    "incentive balance": "GET /api/v1/incentive/balance",
    "incentive claim": "POST /api/v1/incentive/claims",
    "incentive code": "POST /api/v1/incentive/codes",
    "incentive distrust": "DELETE /api/v1/incentive/issuers/{name}",
    "incentive expire": "POST /api/v1/incentive/expire",
    "incentive key": "GET /api/v1/incentive/key",
    "incentive list": "GET /api/v1/incentive/grants",
    "incentive spend": "POST /api/v1/incentive/spends",
    "incentive trust": "POST /api/v1/incentive/issuers",
    "offer check": "POST /api/v1/offers/check",
    "offer list": "GET /api/v1/offers",
    "offer show": "GET /api/v1/offers/{name}",
    "organization erase": "POST /api/v1/organizations/{name}/erase",
    "organization import": "POST /api/v1/organizations/import",
    "organization list": "GET /api/v1/organizations",
    "organization show": "GET /api/v1/organizations/{name}",
    "person add": "POST /api/v1/people",
    "person change": "PUT /api/v1/people/{name}",
    "person list": "GET /api/v1/people",
    "person remove": "DELETE /api/v1/people/{name}",
    "policy check": "POST /api/v1/policy/look",
    "policy diff": "POST /api/v1/policy/look",
    "policy show": "GET /api/v1/policy",
    "policy test": "POST /api/v1/policy/look",
    "publish": "POST /api/v1/policy/drafts/{number}/publish",
    "reconcile": "POST /api/v1/reconcile",
    "survey": "GET /api/v1/overview",
    "switch plan": "GET /api/v1/organizations/{name}/switch-plan",
    "token issue": "POST /api/v1/tokens",
    "token list": "GET /api/v1/tokens",
    "token revoke": "DELETE /api/v1/tokens/{name}",
}
"""By what a program does what a command does."""

_PROCESS = "it starts or stops a process of this machine"
_FILES = "it reads or writes files of whoever calls it, and needs no server"
REASONS = {
    "bundle build": _FILES,
    "bundle diff": _FILES,
    "bundle verify": _FILES,
    "check report": _FILES,
    "check serve": _PROCESS,
    "completion": "it is for a shell",
    "demo": _PROCESS,
    "down": _PROCESS,
    "login": "it lets a person into the console who has no token yet",
    "offer new": _FILES,
    "policy new": _FILES,
    "serve": _PROCESS,
    "switch check": "it asks whatever address it is given, with a key of whoever calls it: a server"
    " that did so for others would reach for them what only it can reach",
    "up": _PROCESS,
}
"""What has no endpoint, and why; a group stands for all its commands."""


def _commands(group: click.Group, before: tuple[str, ...] = ()) -> Iterator[str]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _commands(command, (*before, name))
        else:
            yield " ".join((*before, name))


def _known(path: str) -> str:
    """The command itself, or its group where that stands for all its commands."""
    group = path.partition(" ")[0]
    return group if group in REASONS else path


def test_each_command_has_an_endpoint_or_a_reason() -> None:
    """A new command without one fails here, and so does a line about one that is gone."""
    commands = {_known(path) for path in _commands(main)}
    assert commands == OVER_HTTP.keys() | REASONS.keys()
    assert not OVER_HTTP.keys() & REASONS.keys()


def test_each_endpoint_that_is_named_is_there() -> None:
    """What stands for a command is a route of the server."""
    routes = {
        f"{method} {getattr(route, 'path', '')}"
        for door in doors.ALL
        for route in door.routes
        for method in getattr(route, "methods", None) or ()
    }
    assert set(OVER_HTTP.values()) <= routes
