"""`regiongate login`: a link with which a person logs in once."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import click

from regiongate.cli import output
from regiongate.cli.gateway_options import state_option
from regiongate.cli.options import at_option, json_option
from regiongate.cli.store_option import open_kept, store_option
from regiongate.control.access.login import LASTS, link, one_time
from regiongate.domain.errors import CannotRun

DEFAULT_URL = "http://127.0.0.1:8780"
"""Where `regiongate serve` is reached unless it is told otherwise."""


@click.command()
@click.argument("name")
@click.option(
    "--url",
    default=DEFAULT_URL,
    show_default=True,
    metavar="URL",
    help="The origin by which browsers reach the server.",
)
@at_option
@state_option
@store_option
@json_option
def login(
    name: str, url: str, at: datetime, state_dir: Path, store_url: str | None, as_json: bool
) -> None:
    """Print a link with which the person NAME logs in once, within ten minutes.

    Nobody proves who they are here: whoever can write the store may print a link for anybody.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise CannotRun(f"--url {url}: name an origin, such as https://regions.example.com")
    with (
        closing(open_kept(store_url, state_dir)) as database,
        database.writing(durable=True) as connection,
    ):
        code = one_time(connection, name, at)
    if as_json:
        output.print_json({"person": name, "until": at + LASTS, "url": link(url, code)})
    else:
        click.echo(link(url, code))
