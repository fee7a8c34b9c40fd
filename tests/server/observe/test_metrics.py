"""What Prometheus reads: every number, who may read it, and what is said when something is down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from regiongate.control.gateway import metrics
from regiongate.control.reconcile.last import last_turn, note_turn
from regiongate.domain.errors import CannotRun
from regiongate.server.house import House
from regiongate.server.observe.scraper import read_token
from tests.support.bundles import files, folder_inputs
from tests.support.desks import announced
from tests.support.house import AT, browser, visitor

WORLD = Path(__file__).parents[2] / "compiler" / "world"
TOKEN = "0123456789abcdef" * 2


def scraped(client: TestClient) -> dict[str, float]:
    """Every sample by its name and labels."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return dict(_samples(answer.text))


def _samples(text: str) -> Iterator[tuple[str, float]]:
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join(sample.labels[name] for name in sorted(sample.labels))
            yield f"{sample.name} {labels}".strip(), sample.value


def test_the_store_in_numbers(house: House) -> None:
    """Cases and notices by state, and what waits; none of it about one organization."""
    announced(house.database, "acme", "globex")
    found = scraped(visitor(house))
    assert found["regiongate_store_up"] == 1
    assert found["regiongate_cases found"] == 2
    assert found["regiongate_cases suspended"] == 0
    assert found["regiongate_notices ready"] == 2
    assert found["regiongate_appeals_overdue"] == 0
    assert "acme" not in visitor(house).get("/metrics").text


def test_the_measure_in_numbers(house: House) -> None:
    """Its phase and its dates, as instants: Prometheus knows the time."""
    found = scraped(visitor(house))
    assert found["regiongate_phase block"] == 1
    assert found["regiongate_phase suspend"] == 0
    suspend = found["regiongate_phase_start_timestamp_seconds suspend"]
    assert suspend - AT.timestamp() == timedelta(days=16, hours=12).total_seconds()


def test_the_last_turn(house: House) -> None:
    """It is said once there was one."""
    assert "regiongate_reconciled_timestamp_seconds" not in scraped(visitor(house))
    note_turn(house.state, AT)
    assert last_turn(house.state) == AT
    assert scraped(visitor(house))["regiongate_reconciled_timestamp_seconds"] == AT.timestamp()


def test_the_generation_in_force(house: House) -> None:
    """Its sources and their ages now, and that no Envoy answers; the same names as the file's."""
    assert "regiongate_gateway_up" not in scraped(visitor(house))
    house.state.prepare()
    generation = house.state.install(files(folder_inputs(WORLD), AT))
    house.state.choose("a", generation)
    metrics.write(house.state, AT, 0.25)
    found = scraped(visitor(house))
    assert found["regiongate_gateway_up"] == 0
    assert found["regiongate_source_stale iptoasn"] == 1
    assert found["regiongate_enforcement_seconds"] == 0.25
    written = dict(_samples((house.state.root / metrics.FILE).read_text()))
    assert written.items() <= found.items()
    assert found["regiongate_control_written_timestamp_seconds"] > 0


def test_the_server_counts_its_requests(house: House) -> None:
    """By template, method and status: no path, no query, and one name for what leads nowhere."""
    client = browser(house, "anna")
    for number in (1, 2, 3):
        assert client.get(f"/console/cases/{number}?x=hidden").status_code == 404
    client.get("/wp-admin/setup.php")
    client.request("BREW", "/console/")
    text = client.get("/metrics").text
    found = dict(_samples(text))
    assert found["regiongate_server_request_seconds_count GET,/console/cases/{number},404"] == 3
    assert found["regiongate_server_request_seconds_count GET,none,404"] == 1
    assert "hidden" not in text and "wp-admin" not in text and "BREW" not in text
    assert found["regiongate_server_requests_in_progress"] == 1


def test_what_breaks_is_counted(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the 500 that it becomes."""

    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("regiongate.server.console.login.inside", broken)
    client = visitor(house)
    assert client.get("/console/login").status_code == 500
    found = scraped(client)
    assert found["regiongate_server_request_seconds_count GET,/console/login,500"] == 1


def test_wrong_secrets_are_counted(house: House) -> None:
    """And so is whoever is told to wait: by the status."""
    client = visitor(house)
    for _ in range(12):
        client.post("/console/login", data={"code": "wrong"})
    found = scraped(client)
    assert found["regiongate_server_wrong_secrets_total /console/login"] == 10
    assert found["regiongate_server_request_seconds_count POST,/console/login,429"] == 2


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "x-real-ip"])
def test_without_a_token_only_this_machine_may_read(house: House, header: str) -> None:
    """Not whoever comes through a proxy on it."""
    assert visitor(house).get("/metrics").status_code == 200
    assert visitor(house, "::1").get("/metrics").status_code == 200
    assert visitor(house, "198.51.100.7").get("/metrics").status_code == 403
    assert visitor(house).get("/metrics", headers={header: "198.51.100.7"}).status_code == 403


def test_behind_tls_a_token_is_needed(house: House) -> None:
    """There everybody comes from the proxy."""
    house.settings = replace(house.settings, url="https://regions.example.com")
    answer = visitor(house).get("/metrics")
    assert answer.status_code == 403
    assert "--metrics-token-file" in answer.text


def test_with_a_token_whoever_bears_it_may_read(house: House) -> None:
    """From anywhere; nobody else, this machine included, and no token of the API."""
    house.settings = replace(house.settings, metrics_token=TOKEN)
    client = visitor(house, "198.51.100.7")
    right = {"authorization": f"Bearer {TOKEN}"}
    assert client.get("/metrics", headers=right).status_code == 200
    assert visitor(house).get("/metrics").status_code == 401
    wrong = {"authorization": "Bearer wrong"}
    statuses = [client.get("/metrics", headers=wrong).status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]
    assert TOKEN not in repr(house.settings)


@pytest.mark.parametrize("content", ["", "short", "two words " * 8])
def test_half_a_token_is_refused(tmp_path: Path, content: str) -> None:
    """The server does not start with one."""
    path = tmp_path / "token"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(CannotRun, match="one token of at least 32 characters"):
        read_token(path)


def test_a_token_that_others_could_read_is_refused(tmp_path: Path) -> None:
    """And so is one that is not there."""
    path = tmp_path / "token"
    with pytest.raises(CannotRun, match="cannot read the token"):
        read_token(path)
    path.write_text(f"{TOKEN}\n")
    path.chmod(0o644)
    with pytest.raises(CannotRun, match="can be read by others"):
        read_token(path)
    path.chmod(0o600)
    assert read_token(path) == TOKEN
