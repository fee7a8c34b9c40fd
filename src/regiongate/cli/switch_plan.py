"""`regiongate switch plan`: where one organization can go, as a text to hand over."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import click

from regiongate import offers
from regiongate.cli import output
from regiongate.cli.desk_option import policy_option, read_policy
from regiongate.cli.gateway_options import state_option
from regiongate.cli.options import FilePath, at_option, json_option, sources_option
from regiongate.cli.store_option import open_kept, store_option
from regiongate.control.switch.html import page
from regiongate.control.switch.markdown import markdown
from regiongate.control.switch.plan import plan as plan_of
from regiongate.control.switch.record import record
from regiongate.control.switch.survey_file import examples_of
from regiongate.control.switch.used import Told
from regiongate.control.switch.words import blocks, title
from regiongate.domain.offer import TokenKind
from regiongate.geo.store.catalogue import Catalogue


class Format(StrEnum):
    """What a plan is printed as."""

    MARKDOWN = "markdown"
    HTML = "html"
    JSON = "json"


@click.command()
@click.argument("organization")
@click.option(
    "--offers",
    "offers_path",
    type=FilePath(),
    help="The offers file.  [default: those of June 2024, which are history]",
)
@click.option(
    "--survey",
    "survey_path",
    type=FilePath(),
    help="A survey (`survey --json`) that shows examples of models and paths.",
)
@click.option(
    "--tokens",
    "tokens",
    type=(click.Choice([kind.value for kind in TokenKind]), click.IntRange(0, 10**15)),
    multiple=True,
    metavar="KIND NUMBER",
    help="Tokens of a kind in a month, as the organization says; once for each kind.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice([one.value for one in Format]),
    default=Format.MARKDOWN.value,
    show_default=True,
    help="What to print.",
)
@policy_option
@at_option
@sources_option
@state_option
@store_option
@json_option
def plan(
    organization: str,
    offers_path: Path | None,
    survey_path: Path | None,
    tokens: Sequence[tuple[str, int]],
    form: str,
    policy_path: Path | None,
    at: datetime,
    catalogue: Catalogue,
    state_dir: Path,
    store_url: str | None,
    as_json: bool,
) -> None:
    """Write down for ORGANIZATION where it can go, at what cost, and what to change.

    From its sightings in the store. What they do not keep, such as its models, is said to be
    unknown unless a survey or the organization says it.
    """
    known = offers.given(offers_path)
    told = Told(
        None if survey_path is None else examples_of(survey_path, organization), _kinds(tokens)
    )
    policy = read_policy(policy_path, state_dir, catalogue)
    with closing(open_kept(store_url, state_dir)) as database, database.reading() as connection:
        found = plan_of(connection, organization, known, policy, at, told=told)
    if as_json or form == Format.JSON:
        output.print_json(record(found))
    elif form == Format.HTML:
        click.echo(page(title(found), blocks(found)), nl=False)
    else:
        click.echo(markdown(blocks(found)), nl=False)


def _kinds(tokens: Sequence[tuple[str, int]]) -> dict[TokenKind, int] | None:
    kinds = {TokenKind(kind): count for kind, count in tokens}
    if len(kinds) < len(tokens):
        raise click.UsageError("Name each kind of tokens once.")
    return kinds or None
