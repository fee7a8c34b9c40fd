"""Alert rules and dashboard: each expression can be read, and names only metrics that exist."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import promql_parser
import pytest
import yaml

from regiongate.control.gateway import metrics
from regiongate.control.reconcile.last import note_turn
from regiongate.server.house import House
from tests.support.gateway import CHINA, running_gateway
from tests.support.house import visitor
from tests.support.policies import policy_text

DEPLOY = Path(__file__).parents[3] / "deploy"
RULES = [
    rule
    for group in yaml.safe_load((DEPLOY / "prometheus" / "alerts.yaml").read_text())["groups"]
    for rule in group["rules"]
]
DASHBOARD = json.loads((DEPLOY / "grafana" / "dashboard.json").read_text())
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
TARGETS = [target["expr"] for panel in PANELS for target in panel["targets"]]
ANNOTATIONS = [one["expr"] for one in DASHBOARD["annotations"]["list"]]
EXPRESSIONS = [*(rule["expr"] for rule in RULES), *TARGETS, *ANNOTATIONS]
PAGE = (DEPLOY.parent / "docs" / "observability.md").read_text()
_METRIC = re.compile(r'\b(?:regiongate|envoy)_[a-z0-9_]+\b(?!\s*=["~])')
_GROUPING = re.compile(r"\b(?:by|without)\s*\([^)]*\)")
_VARIABLES = {"$__rate_interval": "5m", "$__range": "1h", "$instance": ".*"}


def _plain(expression: str) -> str:
    """Without what Grafana fills in."""
    for name, value in _VARIABLES.items():
        expression = expression.replace(name, value)
    return expression


def _named(expression: str) -> set[str]:
    """The metrics of an expression."""
    return set(_METRIC.findall(_GROUPING.sub("", expression)))


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The state directory of a gateway that has refused a request and written its metrics."""
    folder = tmp_path_factory.mktemp("scraped")
    with running_gateway(folder, policy_text(), upstream="http://127.0.0.1:9") as gateway:
        gateway.get(address=CHINA)
        metrics.write(gateway.state, datetime.now(UTC), 0.1)
        note_turn(gateway.state, datetime.now(UTC))
        yield gateway.state.root


@pytest.mark.envoy
def test_every_metric_that_is_named_exists(house: House, there: Path) -> None:
    """An alert about a name that nobody exports would be silent for ever."""
    house.settings = replace(house.settings, state_dir=there)
    client = visitor(house)
    client.post("/console/login", data={"code": "wrong"})
    text = client.get("/metrics").text
    exported = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")}
    exported |= {f"{name}_{end}" for name in exported for end in ("bucket", "count", "sum")}
    named = set().union(*map(_named, EXPRESSIONS))
    assert named - exported == set()
    assert "envoy_regiongate_requests" in named
    told = {name for name in exported if name.startswith("regiongate_") and name in PAGE}
    own = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE regiongate_")}
    assert own - told == set(), "docs/observability.md names every metric of ours"


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_expression_can_be_read(expression: str) -> None:
    """By a parser of PromQL."""
    assert promql_parser.parse(_plain(expression)) is not None
    assert _named(expression)


def test_rules_say_what_to_do() -> None:
    """Each has a name of its own, how urgent it is, and a summary; docs say what fires."""
    names = [rule["alert"] for rule in RULES]
    assert len(set(names)) == len(names)
    for rule in RULES:
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert rule["labels"]["severity"] in {"page", "ticket", "info"}
        assert rule["annotations"]["summary"]
    assert [name for name in names if f"`{name}`" not in PAGE] == []


def test_panels_stand_beside_each_other() -> None:
    """None covers another, and each has a title of its own."""
    places = [panel["gridPos"] for panel in DASHBOARD["panels"]]
    cells = [
        (x, y)
        for at in places
        for x in range(at["x"], at["x"] + at["w"])
        for y in range(at["y"], at["y"] + at["h"])
    ]
    assert len(set(cells)) == len(cells) and max(x for x, _ in cells) < 24
    assert len({panel["title"] for panel in PANELS}) == len(PANELS)
