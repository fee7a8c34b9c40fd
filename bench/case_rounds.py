"""`python -m bench.case_rounds`: cases under load, on both databases; writes docs/bench-cases.md.

Once each: filling a store takes longer than the work.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from bench import machine
from bench.case_table import HEADER, CaseTable, Done
from bench.page import listed, markdown
from bench.process import BenchError
from tests.support.postgresql import HINT, binaries, running_server

FULL = (1_000_000, 50_000, 50_000)
QUICK = (50_000, 2_500, 500)
"""Organizations, how many of them are affected, and how many notices are sent."""

_PEERS = ("compose-peer", "send-peer")
TURN_SECONDS = 60.0
PAGE = Path(__file__).parents[1] / "docs" / "bench-cases.md"

_HEAD = """\
# How cases bear a load

Written by `make bench`; do not edit. The numbers belong to one machine and one moment.

A store with a million organizations, each with a contact and two sightings, of which 50 000 call
from an unsupported region; all of it is judged anew in each turn. The first turn opens the cases,
the second, on the day from which the measure warns, composes 50 000 notices in five languages.
Then each of them is handed to a relay on the same machine by one worker, each with the two
commits to disk that keep it from ever being sent twice.
"""


def measure(home: Path, size: tuple[int, int, int], tell: Callable[[str], None]) -> CaseTable:
    """Each database in a process of its own; that on SQLite sends, too."""
    tell("cases on SQLite")
    found = _work(f"sqlite:///{home / 'cases.db'}", "SQLite", size)
    programs = binaries()
    if programs is None:
        return CaseTable(found, {"PostgreSQL": HINT})
    tell("cases on PostgreSQL")
    with running_server(programs) as server:
        found += _work(server.new_database(), "PostgreSQL", (*size[:2], 0))
    return CaseTable(found, {})


def _work(url: str, database: str, size: tuple[int, int, int]) -> list[Done]:
    command = [sys.executable, "-m", "bench.case_jobs", url, *map(str, size)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode:
        raise BenchError(f"cases on {database}: {run.stderr.strip().splitlines()[-1]}")
    took = json.loads(run.stdout)
    organizations, affected, sent = size
    named = [
        ("reconcile", f"a turn that finds {affected:,} cases, {database}", organizations),
        ("compose", f"a turn that composes their notices, {database}", affected),
        ("compose-peer", "the same letters, by Jinja and email in a loop, kept nowhere", sent),
        ("send", f"notices handed to a relay, {database}", sent),
        ("send-peer", "the same, by smtplib in a loop that remembers nothing", sent),
    ]
    return [
        Done(
            name=f"case-{name}" if name in _PEERS else f"case-{name}-{database.lower()}",
            title=title.replace(",", " ", 1) if name == "reconcile" else title,
            count=count,
            seconds=took[name]["seconds"],
            cpu=took[name]["cpu"],
            peak=int(took[name]["peak"]),
            goal=TURN_SECONDS if name == "reconcile" else None,
        )
        for name, title, count in named
        if name in took
    ]


def page(found: CaseTable, facts: Mapping[str, str]) -> str:
    """The page about what was measured, in Markdown."""
    absent = listed(f"Left out: {name}: {why}." for name, why in found.absent.items())
    table = markdown(HEADER, found.text_rows())
    about = markdown(("measured on", ""), facts.items())
    return "\n".join(one for one in (_HEAD, listed(found.findings()), table, absent, about) if one)


@click.command()
@click.option("--quick", is_flag=True, help="50 000 organizations; writes no page.")
def main(quick: bool) -> None:
    """Measure, print, and write the page."""
    facts = machine.facts()
    with tempfile.TemporaryDirectory(prefix="regiongate-cases-") as home:
        try:
            found = measure(Path(home), QUICK if quick else FULL, click.echo)
        except BenchError as error:
            sys.exit(f"bench: {error}")
    written = page(found, facts)
    click.echo(written)
    if not quick:
        PAGE.write_text(written, "utf-8")


if __name__ == "__main__":
    main()
