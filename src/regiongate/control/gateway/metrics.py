"""What a watcher of gateways wants to know, in the text format that Prometheus reads.

The control process writes it beside the gateway, for the textfile collector of the node exporter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regiongate.control.sources.ages import aged, recorded
from regiongate.domain.errors import CannotRun
from regiongate.gateway import events
from regiongate.gateway.state import State, replace

FILE = "metrics.prom"

_ENFORCEMENT = "regiongate_enforcement_seconds"

Samples = Sequence[tuple[Mapping[str, str], float]]


@dataclass(frozen=True, slots=True)
class Family:
    """One metric: its name, what it means, and its samples, each with its labels. All are gauges.

    An instant is in seconds since 1970.
    """

    name: str
    about: str
    samples: Samples


def write(state: State, at: datetime, seconds: float | None = None) -> None:
    """Write the metrics of a gateway at an instant. What cannot be written is noted, no more.

    `seconds` is how long it took to put the last decision in force.
    """
    current = state.current()
    try:
        if current is not None:
            replace(state.root / FILE, text(state.manifest(current), at, seconds).encode())
    except (CannotRun, OSError, ValueError) as error:
        events.note(state, "metrics-not-written", reason=str(error))


def forget(state: State) -> None:
    """Take the metrics of a gateway away that runs no more."""
    (state.root / FILE).unlink(missing_ok=True)


def noted(state: State) -> list[Family]:
    """What only the control process knows, as it wrote it last; nothing where none runs.

    `regiongate_control_written_timestamp_seconds` says when that was: more than two minutes ago,
    and nobody watches over the gateway any more.
    """
    path = state.root / FILE
    try:
        content, when = path.read_text("utf-8"), path.stat().st_mtime
    except OSError:
        return []
    about = "When the control process of the gateway last wrote its metrics."
    found = [Family("regiongate_control_written_timestamp_seconds", about, [({}, when)])]
    for line in content.splitlines():
        name, _, value = line.partition(" ")
        if name == _ENFORCEMENT:
            found += _enforcement(float(value))
    return found


def text(manifest: Mapping[str, Any], at: datetime, seconds: float | None = None) -> str:
    """The metrics of a gateway in which the bundle of a manifest is in force."""
    return exposition([*families(manifest, at), *_enforcement(seconds)])


def exposition(said: Iterable[Family]) -> str:
    """Families in the text format of Prometheus, version 0.0.4."""
    return "".join(
        f"# HELP {one.name} {one.about}\n# TYPE {one.name} gauge\n" + "".join(_lines(one))
        for one in said
    )


def families(manifest: Mapping[str, Any], at: datetime) -> Iterator[Family]:
    """What the manifest of a bundle in force says at an instant."""
    policy = manifest["policy"]
    generation = {
        "generation": str(manifest["generation"]),
        "policy": str(policy["name"]),
        "policy_version": str(policy["version"]),
        "report_only": str(policy["report_only"]).lower(),
    }
    yield Family("regiongate_generation_info", "The generation in force.", [(generation, 1)])
    coming = manifest["next_change"]
    if coming is not None:
        when = datetime.fromisoformat(str(coming)).timestamp()
        about = "When a verdict may next change by itself, in seconds since 1970."
        yield Family("regiongate_next_change_timestamp_seconds", about, [({}, when)])
    sources = [({"source": str(one["name"])}, aged(one, at)) for one in recorded(manifest)]
    about = "Whole days since the data of a source was made."
    yield Family("regiongate_source_age_days", about, [(n, one["age_days"]) for n, one in sources])
    about = "How many days old a source may be."
    oldest = [(name, one["maximum_age"]) for name, one in sources]
    yield Family("regiongate_source_maximum_age_days", about, oldest)
    about = "Whether a source is older than it may be."
    yield Family("regiongate_source_stale", about, [(n, int(one["stale"])) for n, one in sources])
    counts = manifest["counts"]
    states = [state for state in ("exempt", "suspended") if state in counts]
    if states:  # A bundle of an older regiongate does not say.
        about = "Organizations that do not stand as all others do, in the table in force."
        yield Family("regiongate_organizations", about, [({"state": s}, counts[s]) for s in states])


def _enforcement(seconds: float | None) -> Iterator[Family]:
    if seconds is not None:
        about = "How long it took to put the last decision of a case in force."
        yield Family(_ENFORCEMENT, about, [({}, seconds)])


def _lines(family: Family) -> Iterator[str]:
    for labels, value in family.samples:
        written = ",".join(f'{label}="{_escaped(said)}"' for label, said in labels.items())
        begin = f"{family.name}{{{written}}}" if written else family.name
        yield f"{begin} {value:.15g}\n"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
