"""`regiongate demo`: watch the whole loop happen, in accelerated time."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from regiongate.cli.options import FilePath
from regiongate.compiler.envoy.settings import endpoint
from regiongate.demo.stage import Stage
from regiongate.demo.story import tell
from regiongate.domain.errors import CannotRun
from regiongate.gateway.envoy import require_free

_MAILBOX = "127.0.0.1:8825"


@click.command()
@click.option(
    "--folder",
    type=FilePath(),
    default=Path("regiongate-demo"),
    show_default=True,
    help="Where everything is kept; it must not exist yet.",
)
@click.option("--listen", default="127.0.0.1:8090", show_default=True, metavar="HOST:PORT",
              help="Where the gateway serves.")  # fmt: skip
@click.option("--sample-listen", default="127.0.0.1:8091", show_default=True, metavar="HOST:PORT",
              help="Where the sample API serves, behind the gateway.")  # fmt: skip
@click.option("--mailbox", default=_MAILBOX, show_default=True, metavar="HOST:PORT",
              help="Where the mail relay listens that turns letters into files.")  # fmt: skip
@click.option(
    "--seconds",
    type=click.IntRange(30, 3600),
    default=60,
    show_default=True,
    help="How long it is until the block.",
)
def demo(folder: Path, listen: str, sample_listen: str, mailbox: str, seconds: int) -> None:
    """Watch the whole loop happen in two minutes, with a real gateway and real mail.

    A log, a survey, cases, notices, the date passing, the block, and an appeal that is granted:
    the commands are those that you would type, and what they did stays in --folder.
    """
    if folder.exists():
        raise CannotRun(f"{folder} exists already: remove it, or name another --folder")
    relay = endpoint(mailbox)
    for where in (endpoint(listen), endpoint(sample_listen), relay):
        require_free(where)
    console = Console(highlight=False)
    with Stage(folder.resolve(), listen, sample_listen, console) as stage:
        tell(stage, (relay.host, relay.port), seconds)
