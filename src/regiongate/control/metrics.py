"""What a watcher of gateways wants to know, in the text format that Prometheus reads.

The control process writes it beside the gateway, for the textfile collector of the node exporter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from regiongate.control.ages import aged, recorded
from regiongate.domain.errors import CannotRun
from regiongate.gateway import events
from regiongate.gateway.state import State, replace

FILE = "metrics.prom"

Samples = list[tuple[Mapping[str, str], float]]


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


def text(manifest: Mapping[str, Any], at: datetime, seconds: float | None = None) -> str:
    """The metrics of a gateway in which the bundle of a manifest is in force."""
    families = [*_families(manifest, at), *_standings(manifest, seconds)]
    return "".join(
        f"# HELP {name} {about}\n# TYPE {name} gauge\n" + "".join(_lines(name, samples))
        for name, about, samples in families
    )


def _families(manifest: Mapping[str, Any], at: datetime) -> Iterator[tuple[str, str, Samples]]:
    policy = manifest["policy"]
    generation = {
        "generation": str(manifest["generation"]),
        "policy": str(policy["name"]),
        "policy_version": str(policy["version"]),
        "report_only": str(policy["report_only"]).lower(),
    }
    yield "regiongate_generation_info", "The generation in force.", [(generation, 1)]
    coming = manifest["next_change"]
    if coming is not None:
        when = datetime.fromisoformat(str(coming)).timestamp()
        about = "When a verdict may next change by itself, in seconds since 1970."
        yield "regiongate_next_change_timestamp_seconds", about, [({}, when)]
    sources = [({"source": str(one["name"])}, aged(one, at)) for one in recorded(manifest)]
    about = "Whole days since the data of a source was made."
    yield "regiongate_source_age_days", about, [(n, one["age_days"]) for n, one in sources]
    about = "How many days old a source may be."
    yield "regiongate_source_maximum_age_days", about, [(n, o["maximum_age"]) for n, o in sources]
    about = "Whether a source is older than it may be."
    yield "regiongate_source_stale", about, [(name, int(one["stale"])) for name, one in sources]


def _standings(
    manifest: Mapping[str, Any], seconds: float | None
) -> Iterator[tuple[str, str, Samples]]:
    counts = manifest["counts"]
    about = "Organizations that do not stand as all others do, in the table in force."
    states = [state for state in ("exempt", "suspended") if state in counts]
    if states:  # A bundle of an older regiongate does not say.
        yield "regiongate_organizations", about, [({"state": s}, counts[s]) for s in states]
    if seconds is not None:
        about = "How long it took to put the last decision of a case in force."
        yield "regiongate_enforcement_seconds", about, [({}, seconds)]


def _lines(name: str, samples: Samples) -> Iterator[str]:
    for labels, value in samples:
        written = ",".join(f'{label}="{_escaped(said)}"' for label, said in labels.items())
        yield f"{name}{{{written}}} {value:.15g}\n" if written else f"{name} {value:.15g}\n"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
