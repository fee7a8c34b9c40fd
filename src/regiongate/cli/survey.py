"""`regiongate survey`: who is affected, from the logs one already has."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click
from click.core import ParameterSource

from regiongate.cli.gateway_options import state_option
from regiongate.cli.options import FilePath, Instant, json_option, sources_option
from regiongate.cli.store_option import open_store, store_option
from regiongate.cli.survey_engine import Engine, engine_options
from regiongate.cli.survey_follow import follow_log
from regiongate.cli.survey_progress import survey_progress
from regiongate.cli.survey_simulation import OtherSide, comparison_options, print_simulation
from regiongate.cli.survey_table import print_survey
from regiongate.control.survey.save import Saving
from regiongate.control.survey.survey import Outcome, Wish
from regiongate.control.survey.survey import survey as survey_logs
from regiongate.geo.store.catalogue import Catalogue
from regiongate.survey.files import STDIN
from regiongate.survey.recognize import Said, columns_said
from regiongate.survey.report import result_pieces
from regiongate.survey.scan import Span


@click.command()
@click.argument("logs", nargs=-1, required=True, metavar="LOG…")
@click.option(
    "--policy",
    type=FilePath(),
    help="The policy to judge by; needed, but with --follow it is the one in force.",
)
@click.option("--organizations", type=FilePath(), help="Who is exempt, suspended.")
@click.option(
    "--at",
    type=Instant(),
    help="The instant to judge at.  [default: the block date, if it is to come, else now]",
)
@click.option("--since", type=Instant(), help="Leave out what is before.")
@click.option("--until", type=Instant(), help="Leave out what is then or later.")
@click.option("--log-format", metavar="FORMAT", help="An nginx log_format: '$remote_addr …'.")
@click.option("--columns", default="", metavar="address=NAME,…", help="Where the columns are.")
@click.option(
    "--attested-by",
    multiple=True,
    metavar="ORGANIZATION",
    help="Whose word on the country of its own users to count, apart.",
)
@click.option("--all", "everyone", is_flag=True, help="Tell of unaffected organizations too.")
@click.option(
    "--examples/--no-examples",
    default=True,
    help="Tell examples of hosts, paths and models; without it is faster.",
)
@click.option("--top", type=click.IntRange(1), default=20, show_default=True, help="Rows to show.")
@click.option("--out", type=FilePath(), help="Write tables, plots and a page to a new folder.")
@click.option("--addresses", "single", is_flag=True, help="A table of every address, with --out.")
@comparison_options
@engine_options
@click.option("--memory", metavar="4GB", help="Limit of memory; beyond it, disk is used.")
@click.option("--save", is_flag=True, help="Keep the sightings in the store, each content once.")
@click.option("--follow", is_flag=True, help="Keep the sightings of one live gateway log.")
@store_option
@state_option
@sources_option
@json_option
@click.pass_context
def survey(
    ctx: click.Context,
    logs: tuple[str, ...],
    policy: Path | None,
    organizations: Path | None,
    at: datetime | None,
    since: datetime | None,
    until: datetime | None,
    log_format: str | None,
    columns: str,
    attested_by: tuple[str, ...],
    everyone: bool,
    examples: bool,
    top: int,
    out: Path | None,
    single: bool,
    other: OtherSide,
    engine: Engine,
    memory: str | None,
    save: bool,
    follow: bool,
    store_url: str | None,
    state_dir: Path,
    catalogue: Catalogue,
    as_json: bool,
) -> None:
    """Survey access logs: files, folders, globs, or - for standard input.

    Tells which organizations use the API from unsupported regions.
    """
    if follow:
        follow_log(_followed(ctx), policy, at, catalogue, state_dir, store_url)
        return
    if policy is None:
        raise click.UsageError("Name the --policy to judge by.")
    if single and out is None:
        raise click.UsageError("--addresses is a table in the folder of --out: name one.")
    if attested_by and engine.name == "spark":
        raise click.UsageError("--attested-by reads on this machine: leave out --engine spark.")
    span = Span(since, until)
    if save:
        _require_whole_files(engine, span)
    now = datetime.now(UTC).replace(microsecond=0)
    wish = Wish(
        logs=logs,
        policy=policy,
        now=now,
        at=at,
        span=span,
        said=Said(log_format, columns_said(columns)),
        organizations=organizations,
        everyone=everyone,
        examples=examples,
        out=out,
        single_addresses=single,
        compared=other.compared(policy, catalogue),
        cluster=engine.cluster(memory),
        memory=memory,
        attested_by=attested_by,
    )
    saving = Saving(open_store(store_url, state_dir), now) if save else None
    with survey_progress() as hear:
        outcome = survey_logs(wish, catalogue, hear, saving)
    if saving is not None:
        _tell_kept(saving)
    _tell(outcome, top, out, as_json)


def _require_whole_files(engine: Engine, span: Span) -> None:
    """What is kept of a file is kept once, so it must be all of it."""
    if engine.name == "spark":
        raise click.UsageError("--save reads files of this machine: leave out --engine spark.")
    if span.since or span.until:
        raise click.UsageError("--save keeps whole files: leave out --since and --until.")


def _tell_kept(saving: Saving) -> None:
    count = len(saving.kept)
    words = f"Kept the sightings of {count} file{'' if count == 1 else 's'}"
    click.echo(f"{words}; those of {len(saving.known)} were kept before.", err=True)


def _tell(outcome: Outcome, top: int, out: Path | None, as_json: bool) -> None:
    if as_json:
        for piece in result_pieces(outcome.survey, outcome.simulation):
            click.echo(piece, nl=False)
        return
    print_survey(outcome.survey, top, out)
    if outcome.simulation is not None:
        print_simulation(outcome.simulation, top)


_WITH_FOLLOW = frozenset({"logs", "policy", "at", "follow", "store_url", "state_dir", "catalogue"})


def _followed(ctx: click.Context) -> Path:
    """The one log to follow. An option that would be ignored is refused."""
    given = {
        name for name in ctx.params if ctx.get_parameter_source(name) is not ParameterSource.DEFAULT
    }
    ignored = [one.opts[0] for one in ctx.command.params if one.name in given - _WITH_FOLLOW]
    if ignored:
        raise click.UsageError(f"--follow prints no survey: leave out {', '.join(ignored)}.")
    logs = ctx.params["logs"]
    if len(logs) != 1 or logs[0] == STDIN:
        raise click.UsageError("--follow follows one log: name its file.")
    return Path(logs[0])
