"""Where a survey reads its logs: the options that choose an engine, and a cluster for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import click

from regiongate.cli.together import gathered, together
from regiongate.survey.spark.cluster import Cluster

F = TypeVar("F", bound=Callable[..., Any])

ENGINES = ("duckdb", "spark")


@dataclass(frozen=True, slots=True)
class Engine:
    """What was said of the engine: its name, and of Spark the cluster and the shared folder."""

    name: str
    master: str | None
    work: str | None

    def cluster(self, memory: str | None) -> Cluster | None:
        """The cluster that was asked for; None for this machine. Half of a wish is refused."""
        if self.name == "spark":
            known = Cluster(self.master, self.work)
            return known if memory is None else replace(known, memory=memory)
        if self.master is not None or self.work is not None:
            raise click.UsageError("--master and --work are for --engine spark.")
        return None


def engine_options(command: F) -> F:
    """`--engine`, and where Spark's cluster and its shared folder are: `engine`."""
    return together(
        click.option(
            "--engine",
            "name",
            type=click.Choice(ENGINES),
            default="duckdb",
            show_default=True,
            help="This machine, or a cluster.",
        ),
        click.option("--master", metavar="URL", help="The cluster, as Spark names it."),
        click.option("--work", metavar="URL", help="A folder that all of its machines share."),
        gathered(Engine, "engine"),
    )(command)
