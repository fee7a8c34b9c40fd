"""`docs/bench.md`: the tables, and in sentences what they say, the missed goals first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bench import alone, geo_table, library_table, nginxes, rounds, survey_table
from bench.record import HEADER, Measured, Table, cpu, rate, share
from bench.rounds import Result

_INTRODUCTION = """\
# How fast it is

Written by `make bench`; do not edit. The numbers belong to one machine and one moment: read them
as ratios.

Each row is a proxy in front of the same upstream, an nginx that answers a constant. wrk keeps 50
connections busy. The gated Envoy is what `regiongate up` runs, with the bundle of
`examples/policy.yaml` over the three bundled sources; half of its organizations are exempt or
suspended. The ungated Envoy is the same configuration with the gate taken out: the same listener,
connection manager, log file and upstream. Requests come from 1 000 addresses all over the
allowed world, named in `X-Forwarded-For` by a trusted proxy, and from up to 1 000 organizations in
turn (200 with a JWT, signed with RS256).

Answers are a few dozen bytes, so that nothing hides what the gate takes. *Streamed answers* are
what an API of this kind mostly serves: {pieces} pieces as server-sent events, one every
{pace:g} ms, {streams} answers at a time. Their rate is the upstream's, so they are compared by CPU.

On *one core* each proxy has the first core for itself, and wrk and the upstream share the
second. On *both cores* everyone shares both. Rows take turns of {seconds:g} s, {rounds} rounds
after each of {starts} fresh starts. A ratio is the median of the ratios of turns of the same
round; in parentheses, the range of the middle half of them. "By rate" compares requests per
second, "by CPU" the processor time that one request takes (less noisy); 1 is no difference, above
1 is better. Latencies are those of a saturated proxy. A row that needs little
processor time is limited by wrk and the upstream on their core: its rate says less than its CPU.
"""


def page(found: Measured) -> str:
    """The whole page."""
    plan, tables = found.plan, found.tables
    introduction = _INTRODUCTION.format(
        seconds=plan.seconds,
        rounds=plan.rounds,
        starts=plan.starts,
        pieces=nginxes.PIECES,
        pace=nginxes.PACE * 1000,
        streams=rounds.STREAMS,
    )
    said = listed(
        [
            *(*findings(tables), *found.rest.geo.findings()),
            *(*found.rest.library.findings(), *found.rest.survey.findings()),
        ]
    )
    blocks = [introduction, _facts(found.facts), "## What the numbers say\n", said]
    for table in tables:
        blocks += [f"## On {table.layout.name}\n", markdown(HEADER, table.rows())]
        blocks += [listed(f"Left out: {name}: {why}." for name, why in table.absent.items())]
    if found.parts is not None:
        blocks += [_PARTS, markdown(PARTS_HEADER, part_rows(found.parts, found.counts))]
    if found.alone:
        blocks += [_ALONE, markdown(alone.HEADER, alone.rows(found.alone))]
    if found.rest.facts != found.facts:
        since = "{date} at {commit}".format_map(found.rest.facts)
        blocks += [f"All that follows was measured on {since}.\n"]
    blocks += [_GEO, markdown(geo_table.HEADER, found.rest.geo.text_rows())]
    blocks += [_LIBRARY, markdown(library_table.HEADER, found.rest.library.text_rows())]
    blocks += [
        listed(f"Left out: {name}: {why}." for name, why in found.rest.library.absent.items())
    ]
    blocks += [_SURVEY, markdown(survey_table.HEADER, found.rest.survey.text_rows())]
    blocks += [
        listed(f"Left out: {name}: {why}." for name, why in found.rest.survey.absent.items())
    ]
    return "\n".join(block for block in blocks if block)


_GEO = """\
## Where addresses are

Reading and writing MaxMind DB files, on the bundled database whose networks are a million, and
`regiongate bundle build` from all three bundled sources. Every turn is a process of its own;
what a row starts from (a file, arrays of ranges, a list of networks, the sets of networks that
mmdb-writer wants) is there before its clock starts. "Times as fast" compares the time on
the clock, turn by turn, with both cores for each; the processor time stands beside it. "bundle
build" is the whole command with the start of Python; the first row of it has `bundle verify` with
it, and Envoy's own validation.
"""

_LIBRARY = """\
## In one's own process

`regiongate.Gate` beside what else looks addresses up in Python. Four in five addresses are IPv4
from anywhere, one in five is IPv6, written in its short form, half of those inside of known
networks; nearly all are different and nothing is kept from one to the next. The gate gives the
whole answer by the bundle of `examples/policy.yaml`: verdict, rule, class, country, region and the
next date. The others find the country, from the same networks (geoip2fast from its own), and
nothing more. One by one, 200 000 addresses on one core; as a column, 4 000 000 on both. "Ours is
times as fast" compares processor time with `Gate.decide` or with `Gate.decide_many`, turn by turn;
below 1 the other needs less.
"""

_SURVEY = """\
## Surveys of logs

10 million rows with half a million addresses, of 20 000 organizations with 40 000 keys over seven
days, on both cores. Ours is the whole command `regiongate survey … --json`: start, policy, sources,
recognizing, reading, locating by three sources, verdicts, signals, JSON of every affected
organization. DuckDB's bare scan reads the file and groups by address; the others count requests by
organization, country and day, from one country database. The loop in Python looks at 200 000 rows
and counts as if the rest were like them. goaccess reports on visitors, with a country database.
"""

TEXTS = ("row", "of", "with", "on")
"""The columns that hold words rather than numbers."""

PARTS_HEADER = (
    "with",
    "CPU µs/request",
    "more than the row above",
    "of the first row, by CPU",
    "instructions/request",
    "more than the row above",
)

_PARTS = """\
## Where the time goes

The gate put together part by part, on one core, with 100 000 organizations and a trusted header:
each row has all that the rows above it have. Instructions are counted by valgrind, one request
at a time, in user space only: the same configuration gives the same count within a few hundredths
of a per cent, where times differ by microseconds from one start to the next.
"""


_ALONE = """\
## What is out of reach

Filters of Envoy's, each alone and as plain as it can be, counted in the same way. A gate of them
must look an address up, run a tree and add headers; what that costs here is less than any gate of
them can cost, and shows how much of the goal was left to reach.
"""


def part_rows(parts: Table, counts: Mapping[str, float]) -> list[tuple[str, ...]]:
    """What each part adds to the processor time of a request, and to its instructions."""
    rows: list[tuple[str, ...]] = []
    previous = first = parts.results[0]
    for row in parts.results:
        pairs = zip(row.turns, previous.turns, strict=True)
        more = sorted(cpu(mine) - cpu(before) for mine, before in pairs)[len(row.turns) // 2]
        added = "" if row is first else f"{more:+.1f}"
        held = share(first.against(row, cpu))
        times = (row.contestant.title, f"{row.middle(cpu):.1f}", added, held)
        rows.append((*times, *_instructions(counts, row, previous)))
        previous = row
    return rows


def _instructions(counts: Mapping[str, float], row: Result, previous: Result) -> tuple[str, str]:
    mine, before = counts.get(row.contestant.name), counts.get(previous.contestant.name)
    if mine is None or before is None:
        return "", ""
    return f"{mine:.0f}", "" if row is previous else f"{mine - before:+.0f}"


def findings(tables: Sequence[Table]) -> list[str]:
    """What a reader should take away, for each layout."""
    found = []
    for table in tables:
        found += [text for row in table.results for text in _goal(table, row)]
        found += _nginx(table)
        found += _litellm(table)
    return found


def _goal(table: Table, row: Result) -> list[str]:
    goal = row.contestant.goal
    if goal is None:
        return []
    compared = table.ratios(row)
    if not compared:
        return []
    other, by_rate, by_cpu = compared[0]
    asked, how = (by_rate, f"by CPU {by_cpu.middle:.2f}")
    if row.contestant.streamed:
        asked, how = (by_cpu, "by CPU: the pace is the upstream's")
    word = "reached" if asked.middle >= goal else "**missed**"
    text = (
        f"{table.layout.name}: {row.contestant.title}: {asked.middle:.2f} of the requests of "
        f"*{other.contestant.title}* ({how}); the goal of {goal:g} is {word}"
    )
    more = [f"{rest.middle:.2f} of *{beside.contestant.title}*" for beside, rest, _ in compared[1:]]
    return [f"{text}; {', '.join(more)}." if more else f"{text}."]


def _nginx(table: Table) -> list[str]:
    mine, theirs = table.find("gated-header-100000"), table.find("nginx-geoip2")
    if mine is None or theirs is None:
        return []
    times = theirs.against(mine, rate).middle
    cheaper = mine.against(theirs, cpu).middle
    word = "ahead" if times > 1 else "behind"
    memory = mine.memory() / theirs.memory()
    return [
        f"{table.layout.name}: nginx with the geoip2 module is {word}: {times:.1f} times the "
        f"requests of the gated Envoy at {1 / cheaper:.2f} of its processor time and "
        f"1/{memory:.0f} of its memory. It knows no organizations, tells no reason and keeps no "
        "dates; it decides by place alone, from the same database."
    ]


def _litellm(table: Table) -> list[str]:
    mine, theirs = table.find("gated-chat"), table.find("litellm")
    if mine is None or theirs is None:
        return []
    times = mine.against(theirs, rate).middle
    return [
        f"{table.layout.name}: the gated Envoy carries {times:.0f} times the chat completions of "
        "the LiteLLM proxy, which does more than a gateway, and in Python."
    ]


def _facts(facts: Mapping[str, str]) -> str:
    return markdown(("measured on", ""), facts.items())


def listed(texts: Iterable[str]) -> str:
    """A bullet for each text."""
    return "".join(f"- {text}\n" for text in texts)


def markdown(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown; all columns but the first are numbers."""
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
