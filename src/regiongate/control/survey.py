"""Survey: logs, a policy and an instant → who uses the API from where."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

from regiongate import policyfile
from regiongate.compiler import sources
from regiongate.compiler.fact_sources import layers
from regiongate.control.compare.folder import require_free
from regiongate.control.save import Saving
from regiongate.domain.errors import CannotRun
from regiongate.domain.measure import Phase
from regiongate.domain.organization import with_exemptions
from regiongate.domain.policy import Policy
from regiongate.domain.survey import Judging, Rows, Survey
from regiongate.geo.store.catalogue import Catalogue
from regiongate.policyfile import organizations
from regiongate.survey import result, tables
from regiongate.survey.cells import LOCATED, REJECTED, SPECIAL, UNKNOWN
from regiongate.survey.files import log_files
from regiongate.survey.locate import locate
from regiongate.survey.placing import Placing
from regiongate.survey.recognize import Said, recognize
from regiongate.survey.record import record
from regiongate.survey.rejected import rejected
from regiongate.survey.scan import Log, Scanned, Span, scan
from regiongate.survey.session import Session, session

REJECTED_FILE, SURVEY_FILE = "rejected.jsonl", "survey.json"


@dataclass(frozen=True)
class Wish:
    """What to survey. `at` is the instant to judge at, None for the usual one (`judging`)."""

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
    memory: str | None = None
    threads: int | None = None


Hear = Callable[[str, float], None]
"""Hears what is being done, and how much of it is done, from 0 to 1."""


def survey(wish: Wish, catalogue: Catalogue, hear: Hear, saving: Saving | None = None) -> Survey:
    """Survey the logs. Raises CannotRun or ProblemsFound before anything is read for long.

    `saving` keeps the sightings of the whole files.
    """
    if wish.out is not None:
        require_free(wish.out)
    loaded = policyfile.load(wish.policy, catalogue.named())
    policy = sources.dated_by(loaded, catalogue)
    listed = () if wish.organizations is None else organizations.load(wish.organizations)
    judged = judging(policy, wish.at, wish.now)
    with session(wish.memory, wish.threads) as opened:
        logs = recognized(opened, wish)
        if saving is not None:
            saving.look(logs)
        scanned = scan(
            opened, logs, wish.span, lambda share: hear("reading", share), examples=wish.examples
        )
        hear("locating", 0.0)
        facts = layers(policy, catalogue)
        placing = Placing(policy, sources.tables(policy, catalogue), facts, judged.at)
        counted = counted_rows(scanned, locate(opened, placing))
        if saving is not None:
            hear("saving", 0.0)
            saving.keep(opened, logs, placing)
        hear("counting", 0.0)
        known = with_exemptions(listed, policy.exemptions)
        tables.prepare(opened, known, judged.at, wish.everyone)
        found = result.survey(opened, judged, counted)
        if wish.out is not None:
            _write(opened, logs, wish, found, wish.out)
    return found


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


def _write(opened: Session, logs: Sequence[Log], wish: Wish, found: Survey, folder: Path) -> None:
    """Write the survey into its folder, all or nothing."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        half = Path(mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        try:
            text = json.dumps(record(found), indent=1, ensure_ascii=False)
            (half / SURVEY_FILE).write_text(text + "\n", "utf-8")
            if found.rows.rejected:
                with (half / REJECTED_FILE).open("w", encoding="utf-8") as file:
                    for row in rejected(opened, logs, wish.span):
                        file.write(json.dumps(row, ensure_ascii=False) + "\n")
            half.chmod(0o755)
            half.rename(folder)
        finally:
            with suppress(OSError):
                rmtree(half, ignore_errors=True)
    except OSError as error:
        raise CannotRun(f"{folder} cannot be written: {error.strerror}") from error
