"""`regiongate`: the group of all commands, and what becomes of their errors.

Exit codes: 0 fine, 1 problems found, 2 could not run, 130 interrupted.
"""

from __future__ import annotations

from typing import Any

import click

from regiongate.cli import output
from regiongate.cli.lazy import Lazy, LazyGroup
from regiongate.domain.errors import CannotRun, ProblemsFound

PROBLEMS_FOUND, COULD_NOT_RUN, INTERRUPTED = 1, 2, 130

COMMANDS = {
    "up": Lazy(
        "regiongate.cli.up:up",
        "Put a real Envoy in front of an API and enforce a policy file on it.",
    ),
    "down": Lazy(
        "regiongate.cli.up:down",
        "Stop the gateway of a state directory, also one whose `up` has died.",
    ),
    "serve": Lazy(
        "regiongate.cli.serve:serve",
        "Serve the API, the public pages and the console.",
    ),
    "demo": Lazy(
        "regiongate.cli.demo:demo",
        "Watch the whole loop happen in two minutes, with a real gateway and real mail.",
    ),
    "policy": Lazy(
        "regiongate.cli.policy:policy",
        "Check, test, compare, show and begin policy files.",
    ),
    "bundle": Lazy(
        "regiongate.cli.bundle:bundle",
        "Build, verify and compare bundles: what a gateway runs on.",
    ),
    "publish": Lazy(
        "regiongate.cli.publish:publish",
        "Swap a new policy into a running gateway.",
    ),
    "check": Lazy(
        "regiongate.cli.check:check",
        "Answer proxies and customers by a bundle, and report what was answered.",
    ),
    "explain": Lazy(
        "regiongate.cli.explain:explain",
        "Explain the verdict on ADDRESS, or on one request by its id.",
    ),
    "survey": Lazy(
        "regiongate.cli.survey:survey",
        "Survey access logs: files, folders, globs, or - for standard input.",
    ),
    "person": Lazy(
        "regiongate.cli.person:person",
        "Add, list, change and remove the people who decide cases.",
    ),
    "token": Lazy(
        "regiongate.cli.token:token",
        "Issue, list and revoke the tokens with which programs ask in a person's name.",
    ),
    "login": Lazy(
        "regiongate.cli.login:login",
        "Print a link with which the person NAME logs in once, within ten minutes.",
    ),
    "organization": Lazy(
        "regiongate.cli.organization:organization",
        "Import, list, show and erase what the books say of organizations.",
    ),
    "reconcile": Lazy(
        "regiongate.cli.reconcile:reconcile",
        "Bring all cases to where the sightings, the policy and the date say they are.",
    ),
    "case": Lazy(
        "regiongate.cli.case:case",
        "List, show and decide cases: one for each organization that is affected.",
    ),
    "appeal": Lazy(
        "regiongate.cli.appeal:appeal",
        "Open, list, show and decide appeals.",
    ),
    "offer": Lazy(
        "regiongate.cli.offer:offer",
        "Check, list, show and begin offers of alternatives.",
    ),
    "switch": Lazy(
        "regiongate.cli.switch:switch",
        "Help an organization to move to an API that serves its region.",
    ),
    "incentive": Lazy(
        "regiongate.cli.incentive:incentive",
        "Issue claim codes for cases; as a vendor, grant and book tokens for them.",
    ),
    "audit": Lazy(
        "regiongate.cli.audit:audit",
        "Verify, export and show the audit trail.",
    ),
    "geo": Lazy(
        "regiongate.cli.geo:geo",
        "List, fetch, compare and ask the sources that say where addresses are.",
    ),
    "completion": Lazy(
        "regiongate.cli.completion:completion",
        "Print the completion script of a shell.",
    ),
}
"""One command or group of commands per noun, in the order of `--help`."""


class _Root(LazyGroup):
    """The top of the command line: the one place that turns errors into exit codes."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except ProblemsFound as found:
            output.print_problems(found.problems, output.wants_json(ctx))
            ctx.exit(PROBLEMS_FOUND)
        except CannotRun as error:
            click.echo(f"regiongate: {error}", err=True)
            ctx.exit(COULD_NOT_RUN)
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)


@click.group(
    cls=_Root,
    lazy=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 fine, 1 problems found, 2 could not run. "
    "Completion: regiongate completion bash|zsh|fish.",
)
@click.version_option(package_name="regiongate", message="%(prog)s %(version)s")
def main() -> None:
    """Restrict an API to the regions its provider supports, and explain every decision."""
