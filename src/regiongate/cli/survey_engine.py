"""Where a survey reads its logs: the options that choose an engine, and a cluster for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from regiongate.survey.spark.cluster import Cluster

F = TypeVar("F", bound=Callable[..., Any])

ENGINES = ("duckdb", "spark")


def engine_options(command: F) -> F:
    """`--engine`, and where Spark's cluster and its shared folder are."""
    options = (
        click.option(
            "--engine",
            type=click.Choice(ENGINES),
            default="duckdb",
            show_default=True,
            help="This machine, or a cluster.",
        ),
        click.option("--master", metavar="URL", help="The cluster, as Spark names it."),
        click.option("--work", metavar="URL", help="A folder that all of its machines share."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def cluster_of(
    engine: str, master: str | None, work: str | None, memory: str | None
) -> Cluster | None:
    """The cluster that was asked for; None for this machine. Half of a wish is refused."""
    if engine == "spark":
        return Cluster(master, work) if memory is None else Cluster(master, work, memory)
    if master is not None or work is not None:
        raise click.UsageError("--master and --work are for --engine spark.")
    return None
