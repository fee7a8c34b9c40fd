"""`regiongate completion`: the script that lets a shell complete commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the completion script of a shell.

    For bash: eval "$(regiongate completion bash)" in ~/.bashrc.
    """
    script = get_completion_class(shell)
    assert script is not None  # noqa: S101  # Click has all of SHELLS.
    root = ctx.find_root().command
    click.echo(script(root, {}, "regiongate", "_REGIONGATE_COMPLETE").source())
