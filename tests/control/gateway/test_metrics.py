"""The age of sources in metrics, explanations and alarms."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from regiongate.compiler.bundle import MANIFEST
from regiongate.control.explain import Question, by_bundle
from regiongate.control.gateway import metrics
from regiongate.control.sources.ages import aged, alarms, recorded
from regiongate.gateway.state import State
from regiongate.geo.store.catalogue import BUNDLED
from tests.support.bundles import files, folder_inputs, write

WORLD = Path(__file__).parents[2] / "compiler" / "world"
AT = datetime(2024, 6, 30, 12, tzinfo=UTC)
FRESH, STALE = datetime(2024, 6, 14, tzinfo=UTC), datetime(2024, 6, 15, tzinfo=UTC)
"""The sources of the world are of 2024-05-01, and may be 45 days old."""


@pytest.fixture(scope="module")
def content() -> dict[str, bytes]:
    """The files of a bundle."""
    return files(folder_inputs(WORLD), AT)


@pytest.fixture
def manifest(content: dict[str, bytes]) -> dict[str, Any]:
    """Its manifest."""
    found: dict[str, Any] = json.loads(content[MANIFEST])
    return found


def test_a_bundle_records_the_maximum_age(manifest: dict[str, Any]) -> None:
    """Whoever runs it knows when its data is too old, without the sources."""
    assert [source["maximum_age"] for source in manifest["sources"]] == [45, 45, 45]


def test_the_age_of_what_a_bundle_records(manifest: dict[str, Any]) -> None:
    """It is a matter of the instant."""
    source = manifest["sources"][0]
    assert aged(source, FRESH)["age_days"] == 44
    assert (aged(source, FRESH)["stale"], aged(source, STALE)["stale"]) == (False, True)


def test_alarms(manifest: dict[str, Any]) -> None:
    """One sentence for each stale source: how old, since when, and what to do."""
    assert alarms(recorded(manifest), FRESH, BUNDLED) == []
    said = alarms(recorded(manifest), STALE, BUNDLED)
    assert len(said) == 3
    name = manifest["sources"][0]["name"]
    assert said[0].startswith(f"the source {name} is 45 days old, stale since 2024-06-15: ")
    assert "--replace-bundled, then publish" in said[0]
    nowhere = alarms([{**manifest["sources"][0], "name": "theirs"}], STALE, BUNDLED)
    assert nowhere[0].endswith(": regiongate geo add theirs, then publish")


def test_an_explanation_says_how_old_its_sources_are(
    content: dict[str, bytes], tmp_path: Path
) -> None:
    """At the instant that is asked about."""
    folder = write(content, tmp_path / "bundle")
    for at, stale in ((FRESH, False), (STALE, True)):
        found = by_bundle(Question("1.0.0.1", at), folder)
        assert [row["stale"] for row in found["sources"]] == [stale] * 3
        assert {row["date"] for row in found["sources"]} == {"2024-05-01"}


def test_the_text_of_the_metrics(manifest: dict[str, Any]) -> None:
    """The Prometheus text format: help, type and a sample for each source."""
    manifest["sources"] = manifest["sources"][:1]
    manifest["policy"]["name"] = 'a "quoted" \\ name'
    text = metrics.text(manifest, AT, 0.25)
    generation = manifest["generation"]
    when = datetime.fromisoformat(manifest["next_change"]).timestamp()
    assert text == (
        "# HELP regiongate_generation_info The generation in force.\n"
        "# TYPE regiongate_generation_info gauge\n"
        f'regiongate_generation_info{{generation="{generation}",'
        'policy="a \\"quoted\\" \\\\ name",'
        f'policy_version="{manifest["policy"]["version"]}",report_only="false"}} 1\n'
        "# HELP regiongate_next_change_timestamp_seconds "
        "When a verdict may next change by itself, in seconds since 1970.\n"
        "# TYPE regiongate_next_change_timestamp_seconds gauge\n"
        f"regiongate_next_change_timestamp_seconds {when:.0f}\n"
        "# HELP regiongate_source_age_days Whole days since the data of a source was made.\n"
        "# TYPE regiongate_source_age_days gauge\n"
        'regiongate_source_age_days{source="iptoasn"} 60\n'
        "# HELP regiongate_source_maximum_age_days How many days old a source may be.\n"
        "# TYPE regiongate_source_maximum_age_days gauge\n"
        'regiongate_source_maximum_age_days{source="iptoasn"} 45\n'
        "# HELP regiongate_source_stale Whether a source is older than it may be.\n"
        "# TYPE regiongate_source_stale gauge\n"
        'regiongate_source_stale{source="iptoasn"} 1\n'
        "# HELP regiongate_organizations "
        "Organizations that do not stand as all others do, in the table in force.\n"
        "# TYPE regiongate_organizations gauge\n"
        'regiongate_organizations{state="exempt"} 1\n'
        'regiongate_organizations{state="suspended"} 2\n'
        "# HELP regiongate_enforcement_seconds "
        "How long it took to put the last decision of a case in force.\n"
        "# TYPE regiongate_enforcement_seconds gauge\n"
        "regiongate_enforcement_seconds 0.25\n"
    )


def test_metrics_of_a_gateway(content: dict[str, bytes], tmp_path: Path) -> None:
    """They are written beside it while a generation is in force, and go when it ends."""
    state = State(tmp_path / "state")
    state.prepare()
    path = state.root / "metrics.prom"
    metrics.write(state, AT)
    assert not path.exists()
    generation = state.install(content)
    state.choose("a", generation)
    metrics.write(state, AT)
    assert f'generation="{generation}"' in path.read_text()
    metrics.forget(state)
    assert not path.exists()
    metrics.forget(state)


def test_metrics_that_cannot_be_written_stop_nothing(
    content: dict[str, bytes], tmp_path: Path
) -> None:
    """The gateway is watched on; the events say why."""
    state = State(tmp_path / "state")
    state.prepare()
    state.choose("a", state.install(content))
    (state.root / "metrics.prom").mkdir()
    metrics.write(state, AT)
    assert "metrics-not-written" in state.events.read_text()
