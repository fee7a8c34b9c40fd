"""A request on which no gate has left a verdict reaches nobody, whatever the reason."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from regiongate.compiler.bundle import to_json
from regiongate.compiler.envoy.files import gate_file
from regiongate.compiler.envoy.slots import selection
from regiongate.domain.errors import CannotRun
from tests.support.gateway import AMERICA, CHINA, Gateway, running_gateway
from tests.support.policies import policy_text

pytestmark = pytest.mark.envoy

FILTERS = "type.googleapis.com/envoy.extensions.filters.http."


@pytest.fixture(scope="module")
def gateway(upstream: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A gateway whose files the tests damage; each one starts its Envoy anew."""
    folder = tmp_path_factory.mktemp("undecided")
    with running_gateway(folder, policy_text(), upstream=upstream) as running:
        yield running


@pytest.fixture
def gate(gateway: Gateway) -> Iterator[Path]:
    """The file of the gate in force, as it was again at the end; Envoy does not run yet."""
    gateway.envoy.stop()
    path = gateway.state.root / gate_file("a")
    content, chosen = path.read_bytes(), gateway.state.select.read_bytes()
    yield path
    gateway.envoy.stop()
    path.write_bytes(content)
    gateway.state.select.write_bytes(chosen)


def assert_undecided(gateway: Gateway) -> None:
    """Nobody gets through, not even from an allowed place or to the self-check."""
    for path in ("/v1/models", "/.well-known/region-access"):
        answer = gateway.get(path, AMERICA)
        assert (answer.status_code, answer.json()["code"]) == (500, "undecided")
        line = gateway.line(answer.headers["x-request-id"])
        assert (line["verdict"], line["rule"], line["generation"]) == (None, None, None)
        assert line["details"] == "rbac_access_denied_matched_policy[undecided]"


def _edited(change: Callable[[Any], object]) -> Callable[[str], str]:
    def apply(text: str) -> str:
        content = json.loads(text)
        change(content)
        return json.dumps(content)

    return apply


def _as_plain_chain(content: Any) -> None:
    """Envoy 1.40 would take it in another place, and skips it in this one."""
    resource = content["resources"][0]
    filters = [dict(resource)]
    del filters[0]["@type"]
    kind = FILTERS + "composite.v3.FilterChainConfiguration"
    resource["typed_config"] = {"@type": kind, "typed_config": filters}


BROKEN: list[tuple[str, Callable[[str], str]]] = [
    ("empty", lambda text: ""),
    ("cut short", lambda text: text[: len(text) // 2]),
    ("not JSON", lambda text: "gate"),
    ("without a resource", _edited(lambda content: content["resources"].clear())),
    ("for another slot", lambda text: text.replace('"gate-a"', '"gate-b"')),
    ("an unknown field", lambda text: text.replace('"on_no_match"', '"on_nothing"', 1)),
    ("an unknown filter", lambda text: text.replace("http.lua.v3", "http.lua.v9", 1)),
    ("a script that fails", lambda text: text.replace("function", "fnction", 1)),
    ("keys that are not there", lambda text: text.replace("organizations.keys", "nothing.keys")),
    ("a plain chain of filters", _edited(_as_plain_chain)),
]


@pytest.mark.parametrize(("name", "broken"), BROKEN, ids=[name for name, _ in BROKEN])
def test_no_gate_at_the_start(
    gateway: Gateway, gate: Path, name: str, broken: Callable[[str], str]
) -> None:
    """An Envoy that starts with a gate that it cannot take refuses everything."""
    text = gate.read_text()
    assert broken(text) != text
    gate.write_text(broken(text))
    gateway.envoy.start(gateway.settings.listen)
    assert_undecided(gateway)


def test_no_file_at_the_start(gateway: Gateway, gate: Path) -> None:
    """Without the file of a gate Envoy does not start at all."""
    gate.unlink()
    with pytest.raises(CannotRun, match="did not start"):
        gateway.envoy.start(gateway.settings.listen)


@pytest.mark.parametrize(
    "content",
    [
        to_json(selection("c", "1-00000000")),
        to_json({"version_info": "1-00000000", "resources": []}),
        b"{}",
        b"",
        b"not JSON",
    ],
    ids=["a slot that there is not", "no slot", "no version", "empty", "not JSON"],
)
def test_no_slot(gateway: Gateway, gate: Path, content: bytes) -> None:
    """Until it is known which slot is in force, nothing is answered but 500."""
    gateway.state.select.write_bytes(content)
    gateway.envoy.start(gateway.settings.listen)
    assert_undecided(gateway)


@pytest.mark.parametrize(("name", "broken"), BROKEN, ids=[name for name, _ in BROKEN])
def test_a_gate_that_is_replaced(
    gateway: Gateway, gate: Path, name: str, broken: Callable[[str], str]
) -> None:
    """A gate in force that is replaced by a broken one goes on judging, or nothing passes."""
    gateway.envoy.start(gateway.settings.listen)
    with gateway.client(AMERICA) as american, gateway.client(CHINA) as chinese:
        assert american.get("/v1/models").status_code == 200
        half = gate.with_name("half.json")
        half.write_text(broken(gate.read_text()))
        half.replace(gate)
        for _ in range(50):
            assert american.get("/v1/models").status_code in (200, 500)
            assert chinese.get("/v1/models").status_code in (403, 500)
