"""What was measured, as JSON and as rows of text."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from bench import geo_table, library_table, survey_table
from bench.contestant import Layout
from bench.geo_table import GeoTable
from bench.library_table import LibraryTable
from bench.rounds import Plan, Ratio, Result, Turn
from bench.survey_table import SurveyTable

T = TypeVar("T")

HEADER = (
    "row",
    "requests/s",
    "p50 ms",
    "p99 ms",
    "CPU µs/request",
    "peak MB",
    "of",
    "by rate",
    "by CPU",
)


@dataclass(frozen=True)
class Table:
    """The results of one layout; `absent` says who could not take part, and why."""

    layout: Layout
    results: Sequence[Result]
    absent: Mapping[str, str]

    def find(self, name: str) -> Result | None:
        """The result of a row, when it took part."""
        return next((row for row in self.results if row.contestant.name == name), None)

    def ratios(self, row: Result) -> list[tuple[Result, Ratio, Ratio]]:
        """What a row is measured against, with its share by rate and by processor time."""
        others = (self.find(name) for name in row.contestant.against)
        return [
            (other, row.against(other, rate), other.against(row, cpu))
            for other in others
            if other is not None
        ]

    def rows(self) -> list[tuple[str, ...]]:
        """One text row for each result, and one more for each further comparison of it."""
        return [line for result in self.results for line in self._lines(result)]

    def _lines(self, row: Result) -> list[tuple[str, ...]]:
        numbers = (
            row.contestant.title,
            f"{row.middle(rate):,.0f}".replace(",", " "),
            f"{row.middle(lambda turn: turn.p50_ms):.2f}",
            f"{row.middle(lambda turn: turn.p99_ms):.2f}",
            f"{row.middle(cpu):.1f}",
            f"{row.memory() / 1e6:.0f}",
        )
        compared = [
            (other.contestant.title, share(by_rate), share(by_cpu))
            for other, by_rate, by_cpu in self.ratios(row)
        ]
        first = compared[0] if compared else ("", "", "")
        empty = ("",) * len(numbers)
        return [(*numbers, *first), *((*empty, *more) for more in compared[1:])]


def rate(turn: Turn) -> float:
    """Requests per second."""
    return turn.rate


def cpu(turn: Turn) -> float:
    """Processor time per request."""
    return turn.cpu_us


def share(ratio: Ratio) -> str:
    """A ratio with the quarter of the rounds below and above it."""
    return f"{ratio.middle:.2f} ({ratio.low:.2f}-{ratio.high:.2f})"


@dataclass(frozen=True)
class Rest:
    """What is measured beside the gateway, and the machine that it was measured on.

    `geo` is the work on addresses, `library` the gate in one's own process and its peers, `survey`
    surveys of logs and theirs.
    """

    facts: Mapping[str, str]
    geo: GeoTable
    library: LibraryTable
    survey: SurveyTable


@dataclass(frozen=True)
class Measured:
    """Everything that a run of the bench found out.

    `parts` is the gate put together part by part, and `counts` are its instructions per request by
    the name of a row; both are empty when they were not asked for. `alone` has those of Envoy's own
    filters, by what the page calls them.
    """

    facts: Mapping[str, str]
    plan: Plan
    tables: Sequence[Table]
    parts: Table | None
    counts: Mapping[str, float]
    alone: Mapping[str, float]
    rest: Rest


def write(path: Path, found: Measured) -> None:
    """Write everything, each single turn too."""
    plan, parts, rest = found.plan, found.parts, found.rest
    shown = [*found.tables, *([] if parts is None else [parts])]
    content = {
        "machine": dict(found.facts),
        "plan": {"starts": plan.starts, "rounds": plan.rounds, "seconds": plan.seconds},
        "instructions_per_request": {name: round(count) for name, count in found.counts.items()},
        "tables": [_table(table, parts=table is parts) for table in shown],
        "alone": dict(found.alone),
        "machine_of_the_rest": dict(rest.facts),
        "geo": [asdict(row) for row in rest.geo.rows],
        "library": [asdict(row) for row in rest.library.rows],
        "library_absent": dict(rest.library.absent),
        "survey": [asdict(row) for row in rest.survey.rows],
        "survey_absent": dict(rest.survey.absent),
    }
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def read_rest(path: Path) -> Rest:
    """What such a file says of all but the gateway."""
    content = json.loads(path.read_text())
    geo = [
        geo_table.Done(geo_table.Work(**row["work"]), _turns(geo_table.Spent, row))
        for row in content["geo"]
    ]
    library = [
        library_table.Done(library_table.Asked(**row["asked"]), _turns(library_table.Spent, row))
        for row in content["library"]
    ]
    survey = [
        survey_table.Done(survey_table.Row(**row["asked"]), _turns(survey_table.Spent, row))
        for row in content["survey"]
    ]
    return Rest(
        content.get("machine_of_the_rest", content["machine"]),
        GeoTable(geo),
        LibraryTable(library, content["library_absent"]),
        SurveyTable(survey, content["survey_absent"]),
    )


def _turns(kind: Callable[..., T], row: Mapping[str, Any]) -> list[T]:
    return [kind(**turn) for turn in row["turns"]]


def _table(table: Table, *, parts: bool) -> dict[str, Any]:
    return {
        "layout": table.layout.name,
        "about": "parts of the gate" if parts else "comparison",
        "absent": dict(table.absent),
        "rows": [_row(table, row) for row in table.results],
    }


def _row(table: Table, row: Result) -> dict[str, Any]:
    return {
        "name": row.contestant.name,
        "title": row.contestant.title,
        "requests_per_second": round(row.middle(rate)),
        "p50_ms": row.middle(lambda turn: turn.p50_ms),
        "p99_ms": row.middle(lambda turn: turn.p99_ms),
        "cpu_us_per_request": round(row.middle(cpu), 2),
        "peak_bytes": row.memory(),
        "goal": row.contestant.goal,
        "against": {
            other.contestant.name: {"rate": _ratio(by_rate), "cpu": _ratio(by_cpu)}
            for other, by_rate, by_cpu in table.ratios(row)
        },
        "turns": [
            {
                "requests_per_second": round(turn.rate),
                "cpu_us": round(turn.cpu_us, 2),
                "p50_ms": turn.p50_ms,
                "p99_ms": turn.p99_ms,
            }
            for turn in row.turns
        ],
    }


def _ratio(ratio: Ratio) -> dict[str, float]:
    return {
        "median": round(ratio.middle, 4),
        "low": round(ratio.low, 4),
        "high": round(ratio.high, 4),
    }
