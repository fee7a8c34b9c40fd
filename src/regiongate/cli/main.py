"""`regiongate`: the group of all commands, and what becomes of their errors.

Exit codes: 0 fine, 1 problems found, 2 could not run, 130 interrupted.
"""

from __future__ import annotations

from typing import Any

import click

from regiongate.cli import output
from regiongate.cli.bundle import bundle
from regiongate.cli.completion import completion
from regiongate.cli.explain import explain
from regiongate.cli.geo import geo
from regiongate.cli.options import wants_json
from regiongate.cli.policy import policy
from regiongate.cli.publish import publish
from regiongate.cli.up import down, up
from regiongate.domain.errors import CannotRun, ProblemsFound

PROBLEMS_FOUND, COULD_NOT_RUN, INTERRUPTED = 1, 2, 130

COMMANDS: tuple[click.Command, ...] = (
    *(up, down, policy, bundle, publish, explain, geo, completion),
)
"""One command or group of commands per noun, in the order of `--help`."""


class _Root(click.Group):
    """The top of the command line: the one place that turns errors into exit codes."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except ProblemsFound as found:
            output.print_problems(found.problems, wants_json(ctx))
            ctx.exit(PROBLEMS_FOUND)
        except CannotRun as error:
            click.echo(f"regiongate: {error}", err=True)
            ctx.exit(COULD_NOT_RUN)
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)

    def list_commands(self, _: click.Context) -> list[str]:
        """In the order of registration, which follows the work."""
        return list(self.commands)


@click.group(
    cls=_Root,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 fine, 1 problems found, 2 could not run. "
    "Completion: regiongate completion bash|zsh|fish.",
)
@click.version_option(package_name="regiongate", message="%(prog)s %(version)s")
def main() -> None:
    """Restrict an API to the regions its provider supports, and explain every decision."""


for _command in COMMANDS:
    main.add_command(_command)
