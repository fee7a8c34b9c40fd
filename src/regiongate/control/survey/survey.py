"""Survey: logs, a policy and an instant → who uses the API from where."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from regiongate import policyfile
from regiongate.compiler import sources
from regiongate.compiler.fact_sources import layers
from regiongate.control.survey.report import write_report
from regiongate.control.survey.save import Saving
from regiongate.control.survey.simulate import Compared, simulated
from regiongate.domain.attested import Attested
from regiongate.domain.measure import Phase
from regiongate.domain.organization import under
from regiongate.domain.policy import Policy
from regiongate.domain.survey import Judging, Rows, Survey
from regiongate.geo.store.catalogue import Catalogue
from regiongate.policyfile import organizations
from regiongate.survey import estimate, result, tables
from regiongate.survey.attested import attested
from regiongate.survey.cells import LOCATED, REJECTED, SPECIAL, UNKNOWN
from regiongate.survey.files import log_files
from regiongate.survey.locate import locate, settle
from regiongate.survey.placing import Placing
from regiongate.survey.recognize import Said, recognize
from regiongate.survey.rejected import rejected
from regiongate.survey.report import About, Wanted, require_free
from regiongate.survey.scan import Log, Scanned, Span, scan
from regiongate.survey.session import Session, session
from regiongate.survey.simulation import Simulation
from regiongate.survey.spark.cluster import Cluster, Logs, scan_on


@dataclass(frozen=True)
class Wish:
    """What to survey. `at` is the instant to judge at, None for the usual one (`judging`).

    `compared` is another policy to judge the same traffic by; `single_addresses` asks for a table
    of every address in the folder `out`. `cluster` reads the logs instead of this machine.
    `attested_by` are organizations whose word on their own users is counted, on this machine only.
    """

    logs: Sequence[str]
    policy: Path
    now: datetime
    at: datetime | None = None
    span: Span = field(default_factory=Span)
    said: Said = field(default_factory=Said)
    organizations: Path | None = None
    everyone: bool = False
    examples: bool = True
    out: Path | None = None
    single_addresses: bool = False
    compared: Compared | None = None
    cluster: Cluster | None = None
    memory: str | None = None
    threads: int | None = None
    attested_by: tuple[str, ...] = ()


class Hear(Protocol):
    """Hears what is being done, how much of it is done (0 to 1), and of about how many rows."""

    def __call__(self, what: str, share: float, rows: int = 0) -> None:
        """Hear of it; no rows where it is not about rows."""
        ...


@dataclass(frozen=True)
class Outcome:
    """What a survey found, and what the other policy would change, where one was to compare."""

    survey: Survey
    simulation: Simulation | None


def survey(wish: Wish, catalogue: Catalogue, hear: Hear, saving: Saving | None = None) -> Outcome:
    """Survey the logs. Raises CannotRun or ProblemsFound before anything is read for long.

    `saving` keeps the sightings of the whole files.
    """
    if wish.out is not None:
        require_free(wish.out)
    loaded = policyfile.load(wish.policy, catalogue.named())
    policy = sources.dated_by(loaded, catalogue)
    listed = () if wish.organizations is None else organizations.load(wish.organizations)
    judged = judging(policy, wish.at, wish.now)
    facts = layers(policy, catalogue)
    regions = sources.tables(policy, catalogue)
    with session(wish.memory, wish.threads) as opened, ThreadPoolExecutor(1) as pool:
        # The sources are read while the logs are.
        coming = pool.submit(Placing, policy, regions, facts, judged.at)
        logs: list[Log] = []
        if wish.cluster is None:
            logs = recognized(opened, wish)
            if saving is not None:
                saving.look(logs)
            counted = _scanned_here(opened, logs, wish, coming, hear)
            refused = rejected(opened, logs, wish.span)
        else:
            file = opened.folder / "rejected-on-cluster.jsonl"
            counted = _scanned_there(
                opened, wish.cluster, wish, coming.result(), hear=hear, refused=file
            )
            refused = _read_back(file)
        if saving is not None:
            hear("saving", 0.0)
            saving.keep(opened, logs, coming.result())
        hear("counting", 0.0)
        known = under(listed, policy)
        tables.prepare(opened, known, judged.at, wish.everyone)
        said = _attested(opened, logs, wish, policy, judged)
        found = result.survey(opened, judged, counted, said)
        simulation = None
        if wish.compared is not None:
            hear("comparing", 0.0)
            simulation = simulated(
                opened,
                judged,
                wish.compared,
                judging=lambda other: judging(other, wish.at, wish.now),
                listed=listed,
                now=wish.now,
            )
        if wish.out is not None:
            hear("writing", 0.0)
            asked = sources.of(regions) + tuple(layer.source for layer in facts)
            write_report(
                opened,
                About(found, policy, asked, wish.now),
                Wanted(simulation=simulation, single_addresses=wish.single_addresses),
                refused,
                wish.out,
            )
    return Outcome(found, simulation)


def _scanned_here(
    opened: Session, logs: list[Log], wish: Wish, coming: Future[Placing], hear: Hear
) -> Rows:
    """Make `cells` and `placed` on this machine.

    A source that cannot be read ends the reading of the logs at once.
    """
    about = sum(map(estimate.rows, logs))

    def tell(share: float) -> None:
        if coming.done():
            coming.result()
        hear("reading", share, about)

    scanned = scan(opened, logs, wish.span, tell, examples=wish.examples)
    hear("locating", 0.0)
    return counted_rows(scanned, locate(opened, coming.result()))


def _scanned_there(
    opened: Session, cluster: Cluster, wish: Wish, placing: Placing, *, hear: Hear, refused: Path
) -> Rows:
    """Make `cells` and `placed` on a cluster; rejected rows go to a file where they are wanted."""
    wanted = None if wish.out is None else refused
    logs = Logs(tuple(wish.logs), wish.said, wish.span, wish.examples, wanted)
    scanned = scan_on(cluster, opened, logs, placing, lambda share: hear("reading", share))
    return counted_rows(scanned, settle(opened))


def _attested(
    opened: Session, logs: list[Log], wish: Wish, policy: Policy, judged: Judging
) -> tuple[Attested, ...]:
    """What the organizations say of their own users whose word is asked for."""
    if not wish.attested_by:
        return ()
    return attested(
        opened,
        logs,
        wish.span,
        wish.attested_by,
        lambda country: policy.supported.supports(country, judged.at)[0],
    )


def _read_back(file: Path) -> Iterator[dict[str, Any]]:
    """The records of rejected rows that a cluster has written, if there were any."""
    if file.exists():
        with file.open(encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def judging(policy: Policy, at: datetime | None, now: datetime) -> Judging:
    """The instant of the verdicts: the one said, else the block date ahead, else now."""
    block = policy.measure.start(Phase.BLOCK)
    if at is not None:
        when, because = at, "said"
    elif block is not None and block > now:
        when, because = block, "the block date of the measure"
    else:
        when, because = now, "now"
    return Judging(policy.name, policy.version, policy.supported.name, when, because)


def recognized(opened: Session, wish: Wish) -> list[Log]:
    """Each file with its format; an empty file has no rows and is left out."""
    files = log_files(wish.logs, opened.folder)
    found = [(file, recognize(file, wish.said)) for file in files]
    return [Log(file, form) for file, form in found if form is not None]


def counted_rows(scanned: Scanned, groups: dict[str, int]) -> Rows:
    """All rows of the pass, each counted once."""
    return Rows(
        read=scanned.lines - scanned.outside,
        located=groups.get(LOCATED, 0),
        unknown=groups.get(UNKNOWN, 0),
        special=groups.get(SPECIAL, 0),
        rejected=scanned.rejected + groups.get(REJECTED, 0),
        outside=scanned.outside,
    )
